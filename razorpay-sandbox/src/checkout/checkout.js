// Checkout script of the payment sandbox: the interface of Razorpay's checkout.js, and three buttons instead of a
// card form. A page is written once, and loads this script or Razorpay's. NO MONEY MOVES.
//
// Source of the interface: https://razorpay.com/docs/payments/payment-gateway/web-integration/standard/
(function () {
  "use strict";

  const script = document.currentScript;
  const base = script && script.src ? new URL(script.src).origin : "";

  class Razorpay {
    constructor(options) {
      if (!options || !options.key) {
        throw new TypeError("key is required.");
      }
      this.options = options;
      this.listeners = {};
      this.dialog = null;
    }

    /** Registers a listener; the sandbox emits `payment.failed`. */
    on(event, listener) {
      (this.listeners[event] = this.listeners[event] || []).push(listener);
      return this;
    }

    /** Shows the checkout. */
    open() {
      if (!this.dialog) {
        this.dialog = new Dialog(this);
        this.dialog.load();
      }
      return this;
    }

    /** Closes the checkout, as the payer can. */
    close() {
      if (!this.dialog) {
        return;
      }
      this.hide();
      const modal = this.options.modal;
      if (modal && typeof modal.ondismiss === "function") {
        modal.ondismiss();
      }
    }

    hide() {
      if (this.dialog) {
        this.dialog.remove();
        this.dialog = null;
      }
    }

    succeeded(response) {
      this.hide();
      const { handler, callback_url, redirect } = this.options;
      if (callback_url && (redirect || typeof handler !== "function")) {
        post(callback_url, response);
      } else if (typeof handler === "function") {
        handler(response);
      }
    }

    failed(error) {
      for (const listener of this.listeners["payment.failed"] || []) {
        listener({ error });
      }
      const { callback_url, redirect } = this.options;
      if (callback_url && redirect) {
        this.hide();
        const fields = Object.entries(error).map(([name, value]) => [
          `error[${name}]`,
          typeof value === "string" ? value : JSON.stringify(value),
        ]);
        post(callback_url, Object.fromEntries(fields));
      }
    }
  }

  /** The dialog that the payer sees. */
  class Dialog {
    constructor(checkout) {
      this.checkout = checkout;
      this.address = `${base}/sandbox/checkout/${encodeURIComponent(checkout.options.order_id || "")}`;
      this.overlay = element("div", {
        style: "position:fixed;inset:0;z-index:2147483647;background:rgba(0,0,0,.6);overflow:auto",
      });
      const box = element("div", {
        style: "background:#fff;color:#000;font:1rem system-ui;max-width:26rem;margin:10vh auto;padding:1.5rem",
        role: "dialog",
        "aria-modal": "true",
        "aria-label": "Sandbox checkout",
      });
      const loud = element("p", { style: "background:#fd0;padding:1rem;font-weight:bold" });
      loud.textContent = "This is a sandbox. NO MONEY MOVES HERE, whatever you press.";
      this.text = element("p", { "aria-live": "polite" });
      this.text.textContent = "Loading the order …";
      this.buttons = element("p", {});
      box.appendChild(loud);
      box.appendChild(this.text);
      box.appendChild(this.buttons);
      this.overlay.appendChild(box);
      document.body.appendChild(this.overlay);
      this.offer(["close"]);
      this.onKey = (event) => {
        const modal = this.checkout.options.modal;
        if (event.key === "Escape" && !(modal && modal.escape === false)) {
          this.close();
        }
      };
      document.addEventListener("keydown", this.onKey);
    }

    remove() {
      document.removeEventListener("keydown", this.onKey);
      this.overlay.remove();
    }

    async load() {
      const order = await this.ask({});
      if (!order) {
        return;
      }
      if (order.key !== this.checkout.options.key) {
        this.say("The key is not the sandbox's.", ["close"]);
      } else if (order.status === "paid") {
        this.say("The order is paid already.", ["close"]);
      } else {
        this.say(`${this.checkout.options.name || "Payment"}: ${order.display_amount}`, ["pay", "fail", "close"]);
      }
    }

    async press(outcome) {
      this.say("One moment …", []);
      const answer = await this.ask({ method: "POST", body: new URLSearchParams({ outcome }) }, true);
      if (!answer) {
        return;
      }
      if (answer.error) {
        this.say(answer.error.description, ["pay", "fail", "close"]);
        this.checkout.failed(answer.error);
      } else {
        this.checkout.succeeded(answer);
      }
    }

    /** Asks the sandbox. Returns nothing if the payer was told why there is no answer. */
    async ask(request, refused) {
      try {
        const answer = await fetch(this.address, { ...request, headers: { Accept: "application/json" } });
        const body = await answer.json();
        if (answer.ok || (refused && answer.status === 400)) {
          return body;
        }
        this.say(body.error.description, ["close"]);
      } catch {
        this.say("The sandbox did not answer. Try again.", ["pay", "fail", "close"]);
      }
      return null;
    }

    close() {
      const modal = this.checkout.options.modal;
      const asks = modal && modal.confirm_close;
      if (!asks || window.confirm("Leave without paying?")) {
        this.checkout.close();
      }
    }

    say(text, outcomes) {
      this.text.textContent = text;
      this.offer(outcomes);
    }

    offer(outcomes) {
      const labels = { pay: "Pay", fail: "Let it fail", close: "Close" };
      for (const button of Array.from(this.buttons.children)) {
        button.remove();
      }
      for (const outcome of outcomes) {
        const button = element("button", { type: "button", style: "font:inherit;padding:.5rem 1rem;margin-right:.5rem" });
        button.textContent = labels[outcome];
        button.addEventListener("click", () => (outcome === "close" ? this.close() : this.press(outcome)));
        this.buttons.appendChild(button);
      }
    }
  }

  function element(tag, attributes) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "style") {
        made.style.cssText = value;
      } else {
        made.setAttribute(name, value);
      }
    }
    return made;
  }

  /** Sends the browser to an address, with fields as a form has them. */
  function post(address, fields) {
    const form = element("form", { method: "POST", action: address });
    for (const [name, value] of Object.entries(fields)) {
      form.appendChild(element("input", { type: "hidden", name, value }));
    }
    document.body.appendChild(form);
    form.submit();
  }

  window.Razorpay = Razorpay;
})();
