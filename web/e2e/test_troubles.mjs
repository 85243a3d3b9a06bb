// What goes wrong: each a sentence to act on, and nothing that was entered is lost.
import assert from "node:assert/strict";
import { DESK, PHONE, found } from "./harness.mjs";

const AT = "at=120.181,30.187";

async function filled(test) {
  const page = await test.open("/", PHONE);
  test.expected.push(/Failed to load resource/);
  await page.tap("label:has(input[name=care][value=hourly])");
  await page.tap("#search-form details:has([name=born]) summary");
  await page.fill("[name=born]", "2025-03");
  return page;
}

/** A search that goes wrong as `fault` makes it; then what is said, and that a second try succeeds. */
async function trouble(test, fault, sentence) {
  const page = await filled(test);
  await page.route("**/v1/nearby", fault);
  await page.click("button.pick");
  await page.waitForSelector("#map.leaflet-container");
  await page.click(".pick-banner .primary");
  await page.waitForSelector("#trouble:not([hidden])", { timeout: 30000 });
  assert.match(await page.textContent("#trouble"), sentence);
  assert.ok(await page.$eval("#trouble", (one) => one.getBoundingClientRect().top >= 0 && one.getBoundingClientRect().bottom <= innerHeight), "in sight");
  assert.ok(await page.isChecked("[name=care][value=hourly]"));
  assert.equal(await page.inputValue("[name=born]"), "2025-03");
  assert.equal(await page.inputValue("[name=q]"), "地图上的点");
  await page.unroute("**/v1/nearby");
  await page.click("#trouble button");
  await found(page);
  assert.ok(await page.isHidden("#trouble"));
}

export const test_an_error_of_the_server_is_a_sentence = (test) =>
  trouble(test, (route) => route.fulfill({ status: 500, body: "<html>oops</html>" }), /服务器出错了.*再试一次/);

export const test_a_lost_connection_is_a_sentence = (test) =>
  trouble(test, (route) => route.abort("connectionrefused"), /连不上服务器.*都还在/);

export const test_a_busy_server_is_a_sentence = (test) =>
  trouble(test, (route) => route.fulfill({ status: 429, body: "{}" }), /查询的人太多/);

export const test_an_answer_that_is_no_json_is_a_sentence = (test) =>
  trouble(test, (route) => route.fulfill({ status: 200, body: "<html>login</html>" }), /回答看不懂/);

export const test_silence_is_a_sentence_after_fifteen_seconds = (test) =>
  trouble(test, () => {}, /很久没有回答/);

export async function test_a_server_that_is_gone_and_comes_back(test) {
  const page = await test.open(`/?${AT}`, PHONE);
  test.expected.push(/Failed to load resource/);
  const before = await found(page);
  await test.served.stop();
  try {
    await page.tap("label:has(input[name=care][value=full_day])");
    await page.waitForSelector("#trouble:not([hidden])");
    assert.match(await page.textContent("#trouble"), /连不上服务器/);
  } finally {
    await test.served.run();
  }
  await page.tap("label:has(input[name=care][value=full_day])");
  await page.waitForSelector("#results .card");
  assert.deepEqual(await found(page), before);
}

export async function test_a_slow_network_still_gives_the_list(test) {
  const page = await test.page(PHONE);
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 20_000,
  });
  await page.goto(`${test.served.url}/?${AT}`);
  assert.ok((await found(page)).length > 0);
}

export async function test_a_refused_position_says_what_to_do_instead(test) {
  const page = await test.open("/", { ...PHONE, permissions: [] });
  await page.tap("button.locate");
  await page.waitForSelector("#trouble:not([hidden])");
  assert.match(await page.textContent("#trouble"), /没有允许使用位置.*在地图上选/);
}

export async function test_a_point_in_the_river_says_to_choose_another(test) {
  const page = await test.open("/?at=120.125,30.235", PHONE);
  test.expected.push(/Failed to load resource/);
  await page.waitForSelector("#trouble:not([hidden])");
  assert.match(await page.textContent("#trouble"), /超过 300 米.*换一个/);
  const { top, bottom } = await page.$eval("#trouble", (one) => one.getBoundingClientRect().toJSON());
  assert.ok(top >= 0 && bottom <= 844, `in sight without scrolling: ${top} to ${bottom}`);
}

export async function test_a_hostile_name_does_no_harm(test) {
  const page = await test.page(DESK);
  const evil = '<img src=x onerror="window.harm=1">"><script>window.harm=1</script>';
  await page.route("**/v1/nearby", async (route) => {
    const answer = await route.fetch();
    const told = await answer.json();
    for (const one of told.features) Object.assign(one.properties, { name: evil, name_en: evil, address: evil });
    await route.fulfill({ response: answer, json: told });
  });
  await page.goto(`${test.served.url}/?${AT}`);
  const shown = await found(page);
  await page.waitForSelector("#map .marker");
  for (const id of shown.slice(0, 2)) await page.check(`.card[data-id="${id}"] .compare-choice input`);
  await page.click(".compare-bar button.primary");
  assert.equal(await page.textContent("#results .card h3 a"), evil);
  assert.equal(await page.evaluate(() => window.harm), undefined);
  assert.equal(await page.locator("#results img, #compare img, #map .marker img").count(), 0);
}

export async function test_the_policy_admits_nothing_unsafe(test) {
  for (const address of ["/", "/planner", "/facilities/bj-0043", "/about"]) {
    const answer = await fetch(test.served.url + address);
    const policy = answer.headers.get("content-security-policy");
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(answer.headers.get("referrer-policy"), "no-referrer");
    assert.equal(answer.headers.get("set-cookie"), null);
  }
}
