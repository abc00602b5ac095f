"""How numbers are written in English and Chinese, for `independent` alone."""

from __future__ import annotations

from decimal import Decimal

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
TENS = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10**4, "亿": 10**8}
CHINESE = {name: Decimal(size) for name, size in {**TENS, **LARGE}.items()}
ENGLISH = {
    "hundred": Decimal(100),
    "thousand": Decimal(1000),
    **dict.fromkeys(("million", "mn"), Decimal(10**6)),
    **dict.fromkeys(("billion", "bn"), Decimal(10**9)),
    **dict.fromkeys(("trillion", "tn"), Decimal(10**12)),
}
SHORT = {"k": Decimal(1000), "m": Decimal(10**6), "b": Decimal(10**9)}  # after a currency alone
UNDER_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
).split()
OVER_TWENTY = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
WORDS = {
    **{word: n for n, word in enumerate(UNDER_TWENTY)},
    **{word: 10 * n for n, word in enumerate(OVER_TWENTY, 2)},
    **{word: n for n, word in enumerate(ORDINALS, 1)},
}
MONTHS = {
    name: n
    for n, names in enumerate(
        "Jan January|Feb February|Mar March|Apr April|May|Jun June|Jul July|Aug August"
        "|Sep Sept September|Oct October|Nov November|Dec December".split("|"),
        1,
    )
    for name in names.split()
}

# What a number counts, by the words beside it, and what its value is multiplied with.
MARKS: tuple[tuple[str, str, Decimal], ...] = (
    ("pp", r"percentage[ -]points?|个?百分点|pp\b", Decimal(1)),
    ("%", r"%|per ?cent\b", Decimal(1)),
    ("%", r"成", Decimal(10)),
    ("USD", r"美元|(?:u\.?s\.? )?dollars?\b|usd\b|美金", Decimal(1)),
    ("EUR", r"欧元|euros?\b|eur\b|€", Decimal(1)),
    ("HKD", r"港元|港币|hkd\b", Decimal(1)),
    ("JPY", r"日元|yen\b|jpy\b", Decimal(1)),
    ("GBP", r"英镑|pounds? sterling\b|gbp\b", Decimal(1)),
    ("CNY", r"人民币|元|块钱|(?:chinese )?yuan\b|rmb\b|cny\b|renminbi\b", Decimal(1)),
    ("Wh", r"瓦时|wh\b|watt-hours?\b", Decimal(1)),
    ("Wh", r"kwh\b|kilowatt[ -]hours?\b", Decimal(10**3)),
    ("Wh", r"兆瓦时|mwh\b|megawatt[ -]hours?\b", Decimal(10**6)),
    ("Wh", r"吉瓦时|gwh\b|gigawatt[ -]hours?\b", Decimal(10**9)),
    ("Wh", r"twh\b|terawatt[ -]hours?\b", Decimal(10**12)),
    ("W", r"瓦|w\b|watts?\b", Decimal(1)),
    ("W", r"kw\b|kilowatts?\b", Decimal(10**3)),
    ("W", r"兆瓦|mw\b|megawatts?\b", Decimal(10**6)),
    ("W", r"吉瓦|gw\b|gigawatts?\b", Decimal(10**9)),
    ("V", r"伏|v\b|volts?\b", Decimal(1)),
    ("V", r"kv\b|kilovolts?\b", Decimal(10**3)),
    ("m", r"米|m\b|met(?:re|er)s?\b", Decimal(1)),
    ("m", r"公里|km\b|kilomet(?:re|er)s?\b", Decimal(10**3)),
    ("g", r"克|g\b|grams?\b", Decimal(1)),
    ("g", r"公斤|kg\b|kilograms?\b", Decimal(10**3)),
    ("month", r"月(?!份?均)", Decimal(1)),
)
BEFORE = {
    "USD": r"us\$|usd|\$",
    "EUR": r"eur|€",
    "HKD": r"hk\$|hkd",
    "JPY": r"jpy|jp¥",
    "GBP": r"gbp|£",
    "CNY": r"cny|rmb|人民币|cn¥|¥",
}
BARE_FITS = frozenset("USD EUR HKD JPY GBP CNY W Wh V m g".split())
"""A number without a mark may stand for one of these ("of which 2.1 billion"), not for a share."""

MAY_BE_GLUED = frozenset(
    "st nd rd th s kw mw gw kwh mwh gwh twh w wh v kv m km t g kg pp rmb yuan x".split()
)
