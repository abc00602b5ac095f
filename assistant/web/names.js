// What a screen reader calls the parts of the page: Gradio names some of them in English, whatever
// the language of the page, and others not at all. The names stand in the head of the page.
(() => {
  const put = (selector, attribute, value) =>
    document.querySelectorAll(selector).forEach((element) => {
      const said = typeof value === "function" ? value(element) : value;
      if (said === null) element.removeAttribute(attribute);
      else if (element.getAttribute(attribute) !== said) element.setAttribute(attribute, said);
    });

  const nameControls = (names) => {
    // Its label holds the buttons too, which are no part of its name.
    put("#box textarea", "aria-label", (box) => box.closest("label").querySelector("[data-testid='block-info']").textContent.trim());
    put("#box .submit-button", "aria-label", names.send);
    put("#box .stop-button", "aria-label", names.stop);
    put("#drop :is(.upload-container, input)", "aria-label", names.drop);
    put(".overflow-menu > button", "aria-label", names.tabs);
    put("#switch [data-testid='block-info']", "aria-hidden", "true"); // the group has its name
    put("#switch", "aria-label", names.switch);
    // One group of choices, as the arrow keys expect it: Gradio gives each a group of its own.
    put("#switch input", "name", "language");
    put("#filters > .label-wrap", "aria-expanded", (button) => String(button.classList.contains("open")));
    put("#filters > .label-wrap .icon", "aria-hidden", "true");
    for (const attribute of ["title", "aria-label"]) {
      put(".token-remove.remove-all", attribute, names.clear);
      put(".token > .token-remove", attribute, (sign) => names.remove.replace("{}", sign.parentElement.textContent.trim()));
    }
  };

  const nameRegions = (names) => {
    put("#messages [role='log']", "aria-label", names.talk);
    put("#messages .placeholder-content", "role", null); // no landmark of its own
    put("#messages .examples", "role", "group"); // of buttons: a list holds none
    put("#messages .examples", "aria-label", names.examples);
    put("#side, #reading", "role", "region");
    put("#side", "aria-label", names.sources);
    put("#reading", "aria-label", names.document);
    put("[role='tabpanel']", "aria-labelledby", (panel) => `${panel.id}-button`);
    put("#tab-status", "tabindex", "0"); // it scrolls and holds nothing else to go to
  };

  // The numbers in the text say whose words they lead to; a chart is said by the table under it.
  const nameContents = (names) => {
    const number = (chip) => names.source.replace("{}", chip.textContent.trim());
    put(".cite:not(.entry)", "aria-label", (chip) => (chip.title ? `${number(chip)}: ${chip.title}` : number(chip)));
    put("#plot .vega-embed", "role", "img");
    put("#plot .vega-embed", "aria-roledescription", null);
    put("#plot .vega-embed", "aria-label", names.chart);
  };

  const name = () => {
    const names = document.querySelector(".masthead")?.dataset;
    if (!names?.send) return;
    nameControls(names);
    nameRegions(names);
    nameContents(names);
  };

  let waits = false;
  const soon = () => {
    if (waits) return;
    waits = true;
    setTimeout(() => {
      waits = false;
      name();
    }, 0);
  };
  const attributeFilter = ["class", "aria-label", "title", "role", "data-send"];
  const changes = { childList: true, subtree: true, attributes: true, attributeFilter };
  new MutationObserver(soon).observe(document.documentElement, changes);
})();
