/* What the page says besides the list: what is going on (status), and what went wrong (alert). */
import { byId, ensure, fill, h } from "./dom";
import { t } from "./text";

export class Notices {
  private readonly status = ensure("status", "p", document.body, { role: "status", class: "status" });
  private readonly alert: HTMLElement;

  /** The page has the two, or gets them here; of a form that was sent the server has said what is wrong. */
  constructor(before: Element) {
    this.alert = h("div", { id: "trouble", role: "alert", class: "trouble", hidden: true });
    const there = byId("trouble");
    if (there) there.replaceWith(this.alert);
    else before.insertAdjacentElement("beforebegin", this.alert);
    if (this.status.parentNode === document.body) before.insertAdjacentElement("beforebegin", this.status);
  }

  say(sentence: string): void {
    this.status.textContent = sentence;
  }

  /** A sentence to act on; `again` offers to try the same once more. */
  fail(sentence: string, again?: () => void): void {
    this.status.textContent = "";
    fill(
      this.alert,
      h("span", {}, sentence),
      again && h("button", { type: "button", class: "primary", onclick: again }, t("error.again")),
    );
    this.alert.hidden = false;
    this.alert.scrollIntoView({ block: "nearest" }); /* who reads far below must not miss it */
  }

  clear(): void {
    this.alert.hidden = true;
    fill(this.alert);
  }
}
