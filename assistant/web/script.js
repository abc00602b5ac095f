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

  // Where a session has ended, the page that is asked for again is the one for signing in.
  const send = window.fetch;
  window.fetch = async (...request) => {
    const response = await send(...request);
    if (response.status === 401) location.reload();
    return response;
  };

  const numberOf = (element) => [...element.classList].map((name) => /^cite-(\d+)$/.exec(name)).find(Boolean);
  const answerOf = (element) =>
    [...(element.closest("[class*='answer-']")?.classList ?? [])].map((name) => /^answer-(\w+)$/.exec(name)).find(Boolean);

  const chartOf = (element) => [...element.classList].map((name) => /^(chart\d+)$/.exec(name)).find(Boolean);

  // Where the reader was, to be found again when more text has come above it.
  let held = null;
  const hold = (button) => {
    const mark = document.querySelector("#panel mark");
    held = button.matches(".more, .turn") && mark ? mark.getBoundingClientRect().top : null;
  };

  const pick = (button) => {
    const number = numberOf(button);
    const chart = chartOf(button);
    const view = [...button.classList].map((name) => /^view-(\w+)$/.exec(name)).find(Boolean);
    const answer = answerOf(button);
    if (!(number || chart) || !answer) return;
    hold(button);
    window.duocitePick = `${answer[1]}/${(chart ?? number)[1]}${view ? `/${view[1]}` : ""}`;
    document.body.classList.add("reading");
    document.querySelector("#opener")?.click();
  };

  const close = () => document.body.classList.remove("reading");

  // What the check of a figure found: shown while the pointer or the focus rests on it, or once it
  // is tapped. The sanitizer drops what makes it a button, so that is put on here.
  const arm = () =>
    document.querySelectorAll(".figure[title]").forEach((figure) => {
      figure.dataset.check = figure.title;
      figure.setAttribute("aria-label", `${figure.textContent} (${figure.title})`);
      figure.removeAttribute("title");
      figure.setAttribute("role", "button");
      figure.setAttribute("aria-expanded", "false");
      figure.tabIndex = 0;
    });
  const tell = (figure) => {
    const told = figure?.classList.contains("told");
    document.querySelectorAll(".figure.told").forEach((other) => {
      other.classList.remove("told");
      other.setAttribute("aria-expanded", "false");
    });
    if (!figure || told) return;
    figure.classList.add("told");
    figure.setAttribute("aria-expanded", "true");
  };

  // A table as text for a spreadsheet; the server made it, row by row.
  const copy = async (button) => {
    const rows = [...(button.parentElement.querySelector(".csv")?.children ?? [])];
    await navigator.clipboard.writeText(rows.map((row) => `${row.textContent}\r\n`).join(""));
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 2000);
  };

  document.addEventListener("click", (event) => {
    tell(event.target.closest?.(".figure"));
    const button = event.target.closest?.("button[class*='cite-'], button[class*='chart']");
    const table = event.target.closest?.("button.copy");
    if (button) pick(button);
    else if (table) copy(table);
    else if (event.target.closest?.("#panel .close")) close();
    else if (event.target.closest?.("#fresh")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      tell(null);
      close();
    }
    if ((event.key === "Enter" || event.key === " ") && event.target.matches?.(".figure")) {
      event.preventDefault();
      tell(event.target);
    }
  });

  // The chips of the open source are lit. A source that was opened shows its quotation; one that
  // was read on stays where it was.
  const settle = (panel, opened) => {
    const mark = panel.querySelector("mark");
    if (held !== null && mark) {
      document.querySelector("#side").scrollTop += mark.getBoundingClientRect().top - held;
    } else if (opened) {
      mark?.scrollIntoView({ block: "nearest" });
    }
    held = null;
  };

  const light = (panel) => {
    const before = window.duociteOpen;
    document.querySelectorAll(".cite.open").forEach((chip) => chip.classList.remove("open"));
    const answer = answerOf(panel);
    const number = panel.querySelector(".which")?.textContent.match(/\d+/)?.[0];
    const chart = chartOf(panel);
    window.duociteOpen = answer && (chart || number) ? `${answer[1]}/${chart ? chart[1] : number}` : "";
    if (chart || !window.duociteOpen) return;
    document.querySelectorAll(`.answer-${answer[1]} .cite-${number}`).forEach((chip) => {
      if (!chip.closest("#panel")) chip.classList.add("open");
    });
    settle(panel, window.duociteOpen !== before || !panel.querySelector(".around"));
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
      arm();
      scroll();
    };
    new MutationObserver(talked).observe(document.querySelector("#talk"), { childList: true, subtree: true });
  };
  watch();
})();
