/* What the page says besides the list: what is going on (status), and what went wrong (alert). */
import { fill, h } from "./dom";
import { t } from "./text";

export class Notices {
  readonly status = h("p", { id: "status", role: "status", class: "status" });
  private readonly alert = h("div", { id: "trouble", role: "alert", class: "trouble", hidden: true });

  constructor(before: Element) {
    document.getElementById("trouble")?.remove(); /* what the server said of a form that was sent */
    before.insertAdjacentElement("beforebegin", this.alert);
    before.insertAdjacentElement("beforebegin", this.status);
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
  }

  clear(): void {
    this.alert.hidden = true;
    fill(this.alert);
  }
}
