// Runs the sandbox's checkout script as a page would, on a document of just what it uses, against a running
// sandbox. Prints what happened in each scenario as JSON.
//
//   node checkout_script.mjs BASE KEY ORDER...      one order per scenario
import vm from "node:vm";

const [base, key, ...orders] = process.argv.slice(2);

class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], listeners: {}, style: {}, textContent: "", parent: null });
  }
  setAttribute(name, value) {
    this[name] = value;
  }
  appendChild(child) {
    child.parent = this;
    this.children.push(child);
  }
  remove() {
    this.parent.children = this.parent.children.filter((child) => child !== this);
  }
  addEventListener(type, listener) {
    (this.listeners[type] ||= []).push(listener);
  }
  removeEventListener(type, listener) {
    this.listeners[type] = (this.listeners[type] || []).filter((known) => known !== listener);
  }
  dispatch(type, event = {}) {
    for (const listener of this.listeners[type] || []) listener(event);
  }
  submit() {
    const fields = this.children.map(({ name, value }) => [name, value]);
    submitted.push({ method: this.method, action: this.action, fields: Object.fromEntries(fields) });
  }
  *all() {
    yield this;
    for (const child of this.children) yield* child.all();
  }
}

let submitted = [];

/** A page that has loaded the script. */
async function page() {
  const document = new Element("document");
  document.body = new Element("body");
  document.createElement = (tag) => new Element(tag);
  document.currentScript = { src: `${base}/sandbox/checkout.js` };
  const window = { confirm: () => true };
  const loaded = await fetch(document.currentScript.src);
  vm.runInNewContext(await loaded.text(), { document, window, fetch, URL, URLSearchParams });
  const buttons = () => [...document.body.all()].filter(({ tag }) => tag === "button");
  const shown = () => [...document.body.all()].map(({ textContent }) => textContent).join(" ");
  const press = async (label) => {
    await until(() => buttons().some(({ textContent }) => textContent === label));
    buttons().find(({ textContent }) => textContent === label).dispatch("click");
  };
  return { document, Razorpay: window.Razorpay, press, shown };
}

async function until(so) {
  for (let times = 0; !so(); times += 1) {
    if (times > 1000) throw new Error("timed out");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Opens the checkout of an order, and returns the page with all that the options were called with. */
async function opened(order_id, options = {}) {
  const calls = { handled: [], dismissed: 0, failed: [] };
  const on = await page();
  const checkout = new on.Razorpay({
    key,
    order_id,
    name: "Lakeside Clinic",
    handler: (response) => calls.handled.push(response),
    modal: { ondismiss: () => (calls.dismissed += 1) },
    ...options,
  });
  checkout.on("payment.failed", (response) => calls.failed.push(response.error));
  checkout.open();
  return { ...on, calls, checkout };
}

const scenarios = {
  async paid(order) {
    const { press, shown, calls, document } = await opened(order);
    await until(() => shown().includes("Lakeside Clinic"));
    const text = shown();
    await press("Pay");
    await until(() => calls.handled.length === 1);
    return { calls, text, left: document.body.children.length };
  },
  async failed_and_paid(order) {
    const { press, calls } = await opened(order);
    await press("Let it fail");
    await until(() => calls.failed.length === 1);
    await press("Pay");
    await until(() => calls.handled.length === 1);
    return { calls };
  },
  async dismissed(order) {
    const { press, calls, document } = await opened(order);
    await press("Close");
    const byKey = await opened(order);
    byKey.document.dispatch("keydown", { key: "Escape" });
    const stays = await opened(order, { modal: { escape: false } });
    stays.document.dispatch("keydown", { key: "Escape" });
    return { calls, byKey: byKey.calls, left: document.body.children.length, stays: stays.document.body.children.length };
  },
  async called_back(order) {
    const { press } = await opened(order, { callback_url: "https://front.example/paid", redirect: true });
    await press("Let it fail");
    await until(() => submitted.length === 1);
    const again = await opened(order, { callback_url: "https://front.example/paid", handler: undefined });
    await again.press("Pay");
    await until(() => submitted.length === 2);
    return { submitted };
  },
  async refused(order) {
    const wrongKey = await opened(order, { key: "rzp_live_1" });
    await until(() => wrongKey.shown().includes("key"));
    const unknown = await opened("order_x");
    await until(() => unknown.shown().includes("does not exist"));
    let withoutKey = null;
    try {
      new unknown.Razorpay({});
    } catch (error) {
      withoutKey = error.message;
    }
    return { wrongKey: wrongKey.shown(), unknown: unknown.shown(), withoutKey };
  },
};

const told = {};
for (const [name, run] of Object.entries(scenarios)) {
  told[name] = await run(orders.shift());
}
console.log(JSON.stringify(told));
