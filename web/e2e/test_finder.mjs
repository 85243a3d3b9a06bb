// A parent's search, on a phone and by keyboard, against the API's own answers.
import assert from "node:assert/strict";
import { DESK, PHONE, POINT, found } from "./harness.mjs";

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

const FIELD = "#search-form [name=q]";
const optionNames = (page) => page.$$eval("[role=option] .option-name", (names) => names.map((one) => one.textContent));

/** Type, and wait for what is suggested for it. */
async function suggested(page, words) {
  if (!(await page.isVisible(FIELD))) await page.click("#search-form .where > summary");
  await page.focus(FIELD);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(words);
  await page.waitForSelector("[role=option]:visible").catch(() => assert.fail(`nothing is suggested for ${words}`));
  return optionNames(page);
}

/** What the box says of itself to a screen reader. */
const combobox = (page) =>
  page.$eval(FIELD, (field) => {
    const active = document.getElementById(field.getAttribute("aria-activedescendant") ?? "");
    return {
      role: field.getAttribute("role"),
      expanded: field.getAttribute("aria-expanded"),
      list: document.getElementById(field.getAttribute("aria-controls"))?.getAttribute("role"),
      active: active && active.getAttribute("aria-selected") === "true" ? active.querySelector(".option-name").textContent : null,
    };
  });

/* Words, the kind and the name of the first thing suggested. */
const PLACES = {
  zh: [["江汉路", "车站", "江汉路"], ["江南大", "道路", "江南大道"], ["西陵社", "社区", "西陵社区"], ["月亮火车托", "机构", "月亮火车托育园（示例）"]],
  en: [["jianghan r", "station", "Jianghan Road"], ["JIANGNAN av", "road", "Jiangnan Avenue"],
    ["xiling com", "community", "Xiling Community"], ["moon train n", "facility", "Moon Train Nursery (sample)"]],
};

async function suggestions(test, language) {
  const asked = [];
  const page = await test.open(`/?lang=${language}`, DESK);
  page.on("request", (request) => asked.push(request.url()));
  for (const [words, kind, name] of PLACES[language]) {
    const { features } = await test.served.post("/v1/suggest", { q: words, limit: 8 });
    const names = features.map(({ properties: one }) => (language === "en" && one.name_en) || one.name);
    assert.deepEqual(await suggested(page, words), names, words);
    assert.equal(names[0], name);
    assert.match(await page.textContent("[role=option] .option-about"), new RegExp(`^${kind}`));
    assert.deepEqual(await combobox(page), { role: "combobox", expanded: "true", list: "listbox", active: null });
    await page.keyboard.press("ArrowDown");
    assert.equal((await combobox(page)).active, names[0]);
    await page.keyboard.press("Enter");
    assert.equal(await page.inputValue(FIELD), names[0]);
    assert.equal((await combobox(page)).expanded, "false");
    const [lon, lat] = features[0].geometry.coordinates;
    await page.waitForFunction((at) => new URLSearchParams(location.search).get("at") === at, `${lon.toFixed(3)},${lat.toFixed(3)}`);
    const shown = await found(page);
    assert.deepEqual(shown, ids(await test.served.post("/v1/nearby", { lon, lat, within_minutes: 30, limit: 50 })), words);
  }
  for (const url of asked) for (const [words] of PLACES[language]) assert.ok(!decodeURIComponent(url).includes(words), url);
}

export const test_suggestions_lead_to_a_search = (test) => suggestions(test, "zh");
export const test_suggestions_lead_to_a_search_in_english = (test) => suggestions(test, "en");

export async function test_suggestions_are_left_and_found_again_by_keyboard(test) {
  const page = await test.open("/", DESK);
  const names = await suggested(page, "江");
  assert.ok(names.length > 2);
  await page.keyboard.press("ArrowUp");
  assert.equal((await combobox(page)).active, names[names.length - 1]);
  await page.keyboard.press("ArrowDown");
  assert.equal((await combobox(page)).active, names[0]);
  await page.keyboard.press("Escape");
  assert.deepEqual(await combobox(page), { role: "combobox", expanded: "false", list: "listbox", active: null });
  assert.equal(await page.inputValue(FIELD), "江", "nothing typed is lost");
  await page.keyboard.press("ArrowDown");
  await page.waitForSelector("[role=option]:visible");
  await page.keyboard.press("Tab");
  assert.equal((await combobox(page)).expanded, "false");
  await page.fill(FIELD, "");
  await page.type(FIELD, "亚特兰蒂斯");
  await page.waitForFunction(() => document.body.textContent.includes("没有建议"));
}

/* An input method composes 江 from letters: they are not asked for, and its Enter takes no suggestion. */
export async function test_what_an_input_method_composes_is_asked_for_when_it_is_there(test) {
  const page = await test.open("/", DESK);
  const asked = [];
  page.on("request", (request) => request.url().endsWith("/v1/suggest") && asked.push(request.postDataJSON().q));
  await page.focus(FIELD);
  const client = await page.context().newCDPSession(page);
  for (const text of ["j", "ji", "jiang"]) {
    await client.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
    await page.waitForTimeout(250);
  }
  await client.send("Input.insertText", { text: "江" });
  await page.waitForSelector("[role=option]:visible");
  assert.deepEqual(asked, ["江"]);
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
