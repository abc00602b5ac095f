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

  const close = () => document.body.classList.remove("reading", "reading-document");

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

  // What a button does to conversations and answers stands in its classes: the verb, what it is
  // done to, and the hidden button that sends it.
  const classOf = (element, form) => [...element.classList].map((name) => form.exec(name)).find(Boolean);
  const act = (button) => {
    const deed = classOf(button, /^do-([a-z]+)(?:-(\w+))?$/);
    const way = classOf(button, /^by-([a-z]+)$/);
    if (!deed || !way) return;
    window.duociteDeed = deed[2] ? `${deed[1]}/${deed[2]}` : deed[1];
    window.duociteText = button.closest(".in-hand")?.querySelector("input")?.value ?? "";
    if (way[1] === "turner") leaveDrawer();
    document.querySelector(`#${way[1]}`)?.click();
  };

  // The list of conversations: beside the talk where there is room, which can be put away for good;
  // over it on narrow screens, until it is left.
  const narrow = matchMedia("(max-width: 1100px)");
  const drawerShown = () => document.body.classList.contains(narrow.matches ? "drawer-out" : "drawer-away") === narrow.matches;
  const tellDrawer = () => document.querySelector("#drawer-button")?.setAttribute("aria-expanded", String(drawerShown()));
  const moveDrawer = () => {
    document.body.classList.toggle(narrow.matches ? "drawer-out" : "drawer-away");
    if (!narrow.matches) localStorage.setItem("duocite-drawer", drawerShown() ? "" : "away");
    if (narrow.matches && drawerShown()) document.querySelector("#seek :is(input, textarea)")?.focus();
    tellDrawer();
  };
  const leaveDrawer = () => {
    if (!narrow.matches || !drawerShown()) return;
    document.body.classList.remove("drawer-out");
    tellDrawer();
  };
  narrow.addEventListener("change", tellDrawer);

  // Times stand in UTC; a reader thinks in the time of the place.
  const sayTimes = () =>
    document.querySelectorAll("#talks time").forEach((time) => {
      const moment = new Date(time.dateTime);
      const now = new Date();
      const form =
        moment.toDateString() === now.toDateString()
          ? { hour: "2-digit", minute: "2-digit" }
          : { day: "numeric", month: "short", ...(moment.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }) };
      const said = new Intl.DateTimeFormat(document.documentElement.lang || undefined, form).format(moment);
      if (time.textContent !== said) time.textContent = said;
    });

  // The conversation that is open goes into the address, so that a reload finds it again.
  const keepTalk = () => {
    const open = classOf(document.querySelector("#talks .talks") ?? document.body, /^open-(\w*)$/);
    if (!open) return;
    const address = new URL(location.href);
    if ((address.searchParams.get("talk") ?? "") === open[1]) return;
    if (open[1]) address.searchParams.set("talk", open[1]);
    else address.searchParams.delete("talk");
    history.replaceState(history.state, "", address);
  };

  // After a click that opened something to type into, one can type.
  window.duociteFocus = () =>
    setTimeout(() => {
      const field = document.querySelector("#talks .in-hand :is(input, .choice button:last-child), #reasons input");
      const target = field ?? (document.querySelector("#banner .banner") && document.querySelector("#box textarea"));
      target?.focus();
      if (target?.type === "text") target.select();
    }, 50);

  // The sanitizer drops what says that a thumb was given.
  const press = () =>
    document.querySelectorAll("#messages [class*='thumb-']").forEach((thumb) => {
      const given = String(thumb.classList.contains("given"));
      if (thumb.getAttribute("aria-pressed") !== given) thumb.setAttribute("aria-pressed", given);
    });

  document.addEventListener("click", (event) => {
    const deed = event.target.closest?.("button[class*='do-']");
    if (deed) act(deed);
    else if (event.target.closest?.("#drawer-button")) moveDrawer();
    else if (!event.target.closest?.("#drawer") || event.target.closest?.("#fresh")) leaveDrawer();
  });
  document.addEventListener("keydown", (event) => {
    const held = event.target.closest?.(".in-hand");
    if (event.key === "Escape" && document.querySelector("#talks .in-hand, #banner .banner")) {
      document.querySelector("#talks .in-hand .do-leave, #banner .do-leave").click();
    } else if (event.key === "Escape") leaveDrawer();
    if (event.key === "Enter" && held && event.target.matches("input")) {
      event.preventDefault();
      held.querySelector(".sure").click();
    }
  });

  // A document: what was clicked goes to the server, what changes one by a way of its own.
  const handle = (button) => {
    const verb = button.dataset.act.split(":")[0];
    window.duociteAct = button.dataset.act;
    if (verb === "open") document.body.classList.add("reading-document");
    document.querySelector(verb === "sure" || verb === "again" ? "#changer" : "#looker")?.click();
  };

  // An eval: its next page begins at the top.
  const evaluate = (button) => {
    window.duociteAct = button.dataset.act;
    if (button.dataset.act.startsWith("page")) document.querySelector("#eval-tools")?.scrollIntoView();
    document.querySelector("#eval-doer")?.click();
  };

  document.addEventListener("click", (event) => {
    const acting = event.target.closest?.("#documents button[data-act]");
    if (acting) handle(acting);
    const evaluated = event.target.closest?.("#evals button[data-act]");
    if (evaluated) evaluate(evaluated);
    if (event.target.closest?.("#document .close")) document.body.classList.remove("reading-document");
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

  const lightChips = () => {
    document.querySelectorAll(".cite.open").forEach((chip) => chip.classList.remove("open"));
    const [answer, number] = (window.duociteOpen || "").split("/");
    if (!/^\d+$/.test(number ?? "")) return;
    document.querySelectorAll(`.answer-${answer} .cite-${number}`).forEach((chip) => {
      if (!chip.closest("#panel")) chip.classList.add("open");
    });
  };
  const light = (panel) => {
    const before = window.duociteOpen;
    const answer = answerOf(panel);
    const number = panel.querySelector(".which")?.textContent.match(/\d+/)?.[0];
    const chart = chartOf(panel);
    window.duociteOpen = answer && (chart || number) ? `${answer[1]}/${chart ? chart[1] : number}` : "";
    lightChips();
    if (chart || !window.duociteOpen) return;
    settle(panel, window.duociteOpen !== before || !panel.querySelector(".around"));
  };

  window.duociteLanguage = (switched) => {
    const head = document.querySelector(".masthead");
    const language = head?.classList.contains("lang-zh") ? "zh" : "en";
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    sayTimes();
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
      press();
      lightChips();
      scroll();
    };
    if (localStorage.getItem("duocite-drawer")) document.body.classList.add("drawer-away");
    tellDrawer();
    const listed = () => {
      sayTimes();
      keepTalk();
    };
    new MutationObserver(listed).observe(document.querySelector("#drawer"), { childList: true, subtree: true, attributes: true });
    new MutationObserver(talked).observe(document.querySelector("#talk"), { childList: true, subtree: true });
    // What came before anybody watched.
    listed();
    talked();
  };
  watch();
})();
