// A parent's search, on a phone and by keyboard, against the API's own answers.
import assert from "node:assert/strict";
import { DESK, PHONE, POINT, Skip, found } from "./harness.mjs";

const HERE = { ...PHONE, geolocation: POINT, permissions: ["geolocation"] };
const AT = "at=120.181,30.187";
const near = { lon: 120.181, lat: 30.187 };

const ids = (answer) => answer.features.map((one) => one.id);

async function ask(test, more) {
  return test.served.post("/v1/nearby", { ...near, within_minutes: 30, limit: 50, ...more });
}

export async function test_three_taps_find_hourly_care_with_a_free_place(test) {
  const page = await test.open("/", HERE);
  await page.tap("button.locate");
  await found(page);
  await page.tap("label:has(input[name=care][value=hourly])");
  await page.tap("label:has(input[name=open])");
  await page.waitForFunction(() => location.search.includes("care=hourly") && location.search.includes("open=1"));
  const shown = await found(page);
  const answer = await test.served.post("/v1/nearby", {
    lon: POINT.longitude, lat: POINT.latitude, within_minutes: 30, care: "hourly", open: true, limit: 50,
  });
  assert.ok(shown.length > 0);
  assert.deepEqual(shown, ids(answer));
  const [card] = await page.$$eval("#results .card", (cards) => cards.map((one) => one.textContent));
  assert.match(card, /有 \d+ 个空位/);
  assert.match(card, /更新/);
  assert.match(card, /¥\d+\/小时/);
  assert.match(card, /步行 \d+ 分钟/);
  assert.match(page.url(), /at=120\.181,30\.187/);
}

export async function test_on_a_phone_the_list_is_in_sight_once_a_point_is_given(test) {
  const inSight = (page) => page.$eval("#results .card", (card) => {
    const { top } = card.getBoundingClientRect();
    return top >= 0 && top < innerHeight - 200;
  });
  const page = await test.open("/", HERE);
  await page.tap("button.locate");
  await found(page);
  assert.ok(await inSight(page), "after a position");
  assert.match(await page.textContent(".where .start"), /我的位置/);
  await page.tap("#search-form .where > summary");
  await page.tap("button.pick");
  await page.tap(".pick-banner .primary");
  await page.waitForFunction(() => document.querySelector(".where .start").textContent.includes("地图上的点"));
  await found(page);
  assert.ok(await inSight(page), "after a point on the map");
  const linked = await test.open(`/?${AT}`, PHONE);
  await found(linked);
  assert.ok(await inSight(linked), "of a link");
}

export async function test_nothing_moves_when_the_script_comes(test) {
  for (const options of [PHONE, DESK])
    for (const address of ["/", `/?${AT}`, "/planner"]) {
      const page = await test.page(options);
      await page.addInitScript(() => {
        window.shifted = [];
        new PerformanceObserver((list) => {
          for (const one of list.getEntries())
            if (!one.hadRecentInput) window.shifted.push([one.value, ...one.sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
        }).observe({ type: "layout-shift", buffered: true });
      });
      await page.goto(test.served.url + address);
      await page.waitForSelector("body.has-script");
      await page.waitForLoadState("networkidle");
      const shifted = await page.evaluate(() => window.shifted);
      const sum = shifted.reduce((all, [value]) => all + value, 0);
      assert.ok(sum < 0.02, `${address} ${options.viewport.width}: ${JSON.stringify(shifted)}`);
    }
}

export async function test_the_list_is_the_answer_of_the_api_in_its_order(test) {
  for (const [query, more] of [
    ["", {}],
    ["&care=full_day&inclusive=1", { care: "full_day", inclusive: true }],
    ["&age=14&minutes=45", { age_months: 14, within_minutes: 45 }],
    ["&day=mon&hours=0900-1200&profile=adult", { day: "mon", from: "09:00", to: "12:00", profile: "adult" }],
  ]) {
    const page = await test.open(`/?${AT}${query}`, DESK);
    const shown = await found(page);
    assert.deepEqual(shown, ids(await ask(test, more)), query);
    await page.close();
  }
}

export async function test_list_and_map_are_in_step(test) {
  const page = await test.open(`/?${AT}`, DESK);
  const shown = await found(page);
  await page.waitForSelector("#map .marker");
  const markers = await page.$$eval("#map .marker:not(.cluster)", (all) => all.map((one) => [one.dataset.id, one.textContent]));
  for (const [id, rank] of markers) assert.equal(shown[Number(rank) - 1], id);
  await page.hover(`.card[data-id="${shown[1]}"]`);
  await page.waitForSelector(`#map .marker[data-id="${shown[1]}"].selected`);
  await page.click(`#map .marker[data-id="${shown[0]}"]`);
  await page.waitForSelector(`.card[data-id="${shown[0]}"].selected`);
  await page.focus(`.card[data-id="${shown[2]}"] h3 a`);
  await page.waitForSelector(`#map .marker[data-id="${shown[2]}"].selected`);
  assert.ok((await page.$$("#map path.circle")).length > 0, "the circle of 15 minutes");
}

async function byKeyboard(test, language, words) {
  const page = await test.open(`/?lang=${language}`, DESK);
  const tabTo = async (name) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      const here = await page.evaluate(() => {
        const at = document.activeElement;
        return `${at?.textContent ?? ""}|${at?.getAttribute("name") ?? ""}|${at?.value ?? ""}`;
      });
      if (here.includes(name)) return;
    }
    assert.fail(`no way to ${name} by Tab`);
  };
  await tabTo(words.pick);
  await page.keyboard.press("Enter");
  await page.waitForFunction((text) => document.activeElement?.textContent === text, words.centre);
  await page.waitForSelector("#map.leaflet-container");
  await page.keyboard.press("Enter");
  await found(page);
  /* the form has closed to what it says: its summary opens it */
  await page.focus("#search-form .where > summary");
  await tabTo("care|full_day");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => location.search.includes("care=full_day"));
  await page.focus("#search-form .where > summary");
  await page.keyboard.press("Enter");
  await tabTo(words.submit);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "results-heading");
  const shown = await found(page);
  assert.ok(shown.length > 0);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.closest(".card")?.dataset.id), shown[0]);
}

export const test_a_search_by_keyboard_alone = (test) =>
  byKeyboard(test, "zh", { pick: "在地图上选", centre: "用中心点", submit: "查找" });
export const test_a_search_by_keyboard_alone_in_english = (test) =>
  byKeyboard(test, "en", { pick: "Pick on the map", centre: "Use centre", submit: "Search" });

export async function test_suggestions_lead_to_a_search(test) {
  const answer = await fetch(`${test.served.url}/v1/suggest`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ q: "长河" }),
  });
  if (answer.status === 404) throw new Skip("this server has no /v1/suggest");
  const page = await test.open("/", DESK);
  await page.fill("[name=q]", "");
  await page.type("[name=q]", "长河");
  await page.waitForSelector("[role=option]");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.ok((await found(page)).length > 0);
}

export async function test_home_and_work_are_merged_by_the_lesser_minutes(test) {
  const page = await test.open("/?at=120.181,30.187&at2=120.205,30.205", DESK);
  const shown = await found(page);
  const best = new Map();
  for (const at of [near, { lon: 120.205, lat: 30.205 }])
    for (const one of (await test.served.post("/v1/nearby", { ...at, within_minutes: 30, limit: 100 })).features) {
      const minutes = one.properties.walk_minutes;
      if (!best.has(one.id) || minutes < best.get(one.id)) best.set(one.id, minutes);
    }
  const expected = [...best].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).map(([id]) => id);
  assert.deepEqual(shown, expected);
}

export async function test_an_empty_answer_names_one_filter_and_what_that_gives(test) {
  const page = await test.open(`/?${AT}&care=drop_in&day=sun&hours=0300-0400`, PHONE);
  assert.deepEqual(await found(page), []);
  const more = { care: "drop_in", day: "sun", from: "03:00", to: "04:00", relax: true };
  const { relax } = await ask(test, more);
  const best = Math.max(...relax.map((one) => one.numberMatched));
  const button = page.locator(".empty button.primary");
  assert.match(await button.textContent(), new RegExp(`${best} 家`));
  await button.tap();
  await page.waitForSelector("#results .card");
  assert.equal((await found(page)).length, best);
}

export async function test_the_address_holds_months_of_age_and_no_birth_month(test) {
  const page = await test.open(`/?${AT}`, DESK);
  await found(page);
  await page.click("#search-form details:has([name=born]) summary");
  await page.fill("[name=born]", "2025-03");
  await page.fill("[name=start]", "2027-02");
  await page.dispatchEvent("[name=start]", "change");
  await page.waitForFunction(() => location.search.includes("age=23"));
  assert.doesNotMatch(page.url(), /2025|born|from=|to=/);
  await page.reload();
  await found(page);
  assert.equal(await page.inputValue("[name=born]"), "2025-03", "the browser's own history keeps what was typed");
}

export async function test_back_and_forward_work_and_unknown_parameters_are_ignored(test) {
  const page = await test.open(`/?${AT}&from=timeline&isappinstalled=0&x=1`, DESK);
  const all = await found(page);
  await page.click("label:has(input[name=inclusive])");
  await page.waitForFunction(() => location.search.includes("inclusive=1"));
  await page.waitForFunction((before) => document.querySelectorAll(".card").length !== before, all.length);
  const fewer = await found(page);
  await page.goBack();
  await page.waitForFunction((before) => document.querySelectorAll(".card").length === before, all.length);
  assert.deepEqual(await found(page), all);
  assert.equal(await page.isChecked("[name=inclusive]"), false);
  await page.goForward();
  await page.waitForFunction((before) => document.querySelectorAll(".card").length === before, fewer.length);
  assert.deepEqual(await found(page), fewer);
}

export async function test_up_to_three_are_compared_side_by_side(test) {
  const page = await test.open(`/?${AT}&minutes=60`, DESK);
  const shown = await found(page);
  for (const id of shown.slice(0, 3)) await page.check(`.card[data-id="${id}"] .compare-choice input`);
  await page.click(".compare-bar button.primary");
  assert.equal(await page.locator("#compare thead th").count(), 3);
  await page.click(`.card[data-id="${shown[3]}"] .compare-choice input`);
  assert.equal(await page.isChecked(`.card[data-id="${shown[3]}"] .compare-choice input`), false);
  assert.match(await page.textContent("#status"), /最多比较 3 家/);
}
