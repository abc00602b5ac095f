// What the page does by itself: it hands a clicked citation to the server, opens and closes the
// panel on narrow screens, and keeps the language of the page in its address.
(() => {
  const ask = new URLSearchParams(location.search).get("lang");
  if (ask) {
    // Gradio takes the language of its own few words from the browser.
    for (const [name, value] of [["language", ask], ["languages", [ask]]]) {
      Object.defineProperty(navigator, name, { get: () => value, configurable: true });
    }
  }

  const numberOf = (element) => [...element.classList].map((name) => /^cite-(\d+)$/.exec(name)).find(Boolean);
  const answerOf = (element) =>
    [...(element.closest("[class*='answer-']")?.classList ?? [])].map((name) => /^answer-(\w+)$/.exec(name)).find(Boolean);

  const pick = (button) => {
    const number = numberOf(button);
    const answer = answerOf(button);
    if (!number || !answer) return;
    window.duocitePick = `${answer[1]}/${number[1]}`;
    document.body.classList.add("reading");
    document.querySelector("#opener")?.click();
  };

  const close = () => document.body.classList.remove("reading");

  // What the check of a figure found, for those who have no pointer to rest on it.
  const tell = (figure) => {
    const told = figure?.classList.contains("told");
    document.querySelectorAll(".figure.told").forEach((other) => other.classList.remove("told"));
    if (figure && !told) figure.classList.add("told");
  };

  document.addEventListener("click", (event) => {
    tell(event.target.closest?.(".figure"));
    const button = event.target.closest?.("button[class*='cite-']");
    if (button) pick(button);
    else if (event.target.closest?.("#panel .close")) close();
    else if (event.target.closest?.("#fresh")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  // The chips of the open source are lit, and the quotation stands in view.
  const light = (panel) => {
    document.querySelectorAll(".cite.open").forEach((chip) => chip.classList.remove("open"));
    const answer = answerOf(panel);
    const number = panel.querySelector(".which")?.textContent.match(/\d+/)?.[0];
    window.duociteOpen = answer && number ? `${answer[1]}/${number}` : "";
    if (!window.duociteOpen) return;
    document.querySelectorAll(`.answer-${answer[1]} .cite-${number}`).forEach((chip) => {
      if (!chip.closest("#panel")) chip.classList.add("open");
    });
    panel.querySelector("mark")?.scrollIntoView({ block: "nearest" });
  };

  window.duociteLanguage = (switched) => {
    const head = document.querySelector(".masthead");
    const language = head?.classList.contains("lang-zh") ? "zh" : "en";
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    if (!switched) return;
    const address = new URL(location.href);
    address.searchParams.set("lang", language);
    history.replaceState(history.state, "", address);
  };

  // Gradio names a message by its HTML, tags and all, and an example in English: the text will do.
  const unname = () =>
    document
      .querySelectorAll("#messages :is([aria-label*='<'], .example[aria-label])")
      .forEach((element) => element.removeAttribute("aria-label"));

  // A new question goes to the top of the view and its answer grows below it.
  let asked = 0;
  const scroll = () => {
    const questions = document.querySelectorAll("#messages .user-row");
    if (questions.length > asked) questions[questions.length - 1].scrollIntoView({ block: "start" });
    asked = questions.length;
  };

  const watch = () => {
    const side = document.querySelector("#side");
    if (!side) return setTimeout(watch, 50);
    const seen = () => {
      const panel = side.querySelector(".panel");
      if (panel) light(panel);
    };
    new MutationObserver(seen).observe(side, { childList: true, subtree: true });
    const talked = () => {
      unname();
      scroll();
    };
    new MutationObserver(talked).observe(document.querySelector("#talk"), { childList: true, subtree: true });
  };
  watch();
})();
