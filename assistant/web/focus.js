// Where the focus goes when something opens and closes, and where the hint at a figure finds room.
(() => {
  // Panels that are opened from elsewhere: what opens one, its place, and what closes it.
  const panels = [
    {
      place: "#side",
      openers: "button[class*='cite-'], button[class*='chart']",
      holds: () => window.duociteOpen === window.duocitePick.split("/").slice(0, 2).join("/"),
    },
    {
      place: "#reading",
      openers: "#documents button[data-act^='open:']",
      holds: (head, opener) => head.textContent.trim() === opener.textContent.trim(),
    },
  ];
  const covers = (place) => getComputedStyle(place).position === "fixed";

  const turnTo = (head) => {
    if (!head) return;
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
  };
  const headOf = (place) => place.querySelector(".panel:not(.empty) h2");

  // A panel takes the focus once it holds what was asked for, where keys opened it, and where it
  // covers what had the focus; not from where the reader has gone meanwhile.
  const enter = (panel, place, tries = 60) => {
    const head = headOf(place);
    const waits = [document.body, panel.opener].includes(document.activeElement);
    if (!waits || !tries) return;
    if (head && panel.holds(head, panel.opener)) turnTo(head);
    else setTimeout(() => enter(panel, place, tries - 1), 50);
  };

  const follow = (event) => {
    for (const panel of panels) {
      const place = document.querySelector(panel.place);
      const opener = event.target.closest?.(panel.openers);
      if (!place || !opener || place.contains(opener)) continue;
      panel.opener = opener;
      // Keys click without a pointer, that is, no times.
      setTimeout(() => (event.detail === 0 || covers(place)) && enter(panel, place), 50);
    }
  };

  const leave = (panel) => {
    const place = document.querySelector(panel.place);
    const inside = place?.contains(document.activeElement) || document.activeElement === document.body;
    if (inside && panel.opener?.isConnected) panel.opener.focus();
  };

  // Where what was clicked, or typed into, is gone afterwards, the focus stays near it.
  const stay = (event) => {
    const place = event.target.closest?.("#side, #reading, #drawer");
    if (!place || !event.target.closest("button") || event.target.closest(".close")) return;
    setTimeout(() => {
      if (document.activeElement !== document.body) return;
      if (place.id === "drawer") document.querySelector("#talks :is(.here .name, .name)")?.focus();
      else turnTo(headOf(place));
    }, 400);
  };

  document.addEventListener("click", (event) => {
    follow(event);
    stay(event);
    const closed = event.target.closest?.("#panel .close, #document .close");
    const panel = closed && panels.find(({ place }) => closed.closest(place));
    if (panel) setTimeout(() => leave(panel), 0);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.body.classList.remove("reading-document");
    for (const panel of panels) {
      if (event.target.closest?.(panel.place)) setTimeout(() => leave(panel), 0);
    }
    const drawer = event.target.closest?.("#drawer");
    if (drawer && getComputedStyle(drawer).display === "none") document.querySelector("#drawer-button")?.focus();
  });

  // What is chosen makes its box grow under the list of choices, whose place Gradio looks up again
  // when the window is scrolled.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#choices")) setTimeout(() => window.dispatchEvent(new Event("scroll")), 300);
  }, true);

  // A hint begins where its figure does, unless it would stick out of the talk to the right or top.
  const GAP = 8;
  const place = (event) => {
    const figure = event.target.closest?.(".figure[data-check]");
    const room = figure?.closest(".panel-wrap, #side")?.getBoundingClientRect();
    if (!room) return;
    figure.style.removeProperty("--shift");
    figure.classList.remove("low");
    const hint = getComputedStyle(figure, "::before");
    const first = figure.getClientRects()[0];
    const over = first.left + parseFloat(hint.width) + GAP - room.right;
    if (over > 0) figure.style.setProperty("--shift", `${-Math.ceil(over)}px`);
    figure.classList.toggle("low", first.top - parseFloat(hint.height) - GAP < room.top);
  };
  for (const kind of ["pointerover", "focusin", "click"]) document.addEventListener(kind, place);
})();
