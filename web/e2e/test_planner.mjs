// The planners' page shows what /v1/coverage says, in the table, on the map, in the files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DESK, PHONE } from "./harness.mjs";

const CARES = ["full_day", "half_day", "hourly", "drop_in"];

async function ready(page) {
  await page.waitForSelector("#planner-table:not([aria-busy]) .chosen caption");
  await page.waitForFunction(() => document.querySelector(".headline")?.textContent);
}

async function rows(page) {
  await page.waitForSelector("#planner-table:not([aria-busy]) .chosen");
  return page.$$eval("#planner-table tbody tr", (all) =>
    all.map((row) => [row.dataset.code, ...[...row.querySelectorAll("td")].map((cell) => cell.textContent)]));
}

function figure(community, care, level) {
  const value = community.care[care][level];
  if (level === "located") return String(value);
  return `${Math.floor(value * 1000 + 1e-9) / 10}%`;
}

export async function test_the_table_has_the_figures_of_the_api(test) {
  test.expected.push(/503 .*\/v1\/coverage/); /* a busy server, which the page asks again */
  const page = await test.open("/planner", DESK);
  await ready(page);
  for (const [minutes, age, profile] of [["15", "any", "stroller"], ["30", "12-24", "adult"]]) {
    await page.selectOption("[name=minutes]", minutes);
    await page.selectOption("[name=age]", age);
    await page.selectOption("[name=profile]", profile);
    const asked = `/v1/coverage?region=binjiang&minutes=${minutes}&profile=${profile}${age === "any" ? "" : `&age=${age}`}`;
    const told = await test.served.get(asked);
    assert.ok(told.communities, JSON.stringify(told));
    const { communities } = told;
    for (const care of CARES)
      for (const level of ["located", "reachable", "open"]) {
        await page.selectOption("[name=care]", care);
        await page.selectOption("[name=level]", level);
        await page.waitForFunction(([first, text]) =>
          document.querySelector(`tr[data-code="${first}"] [data-column=figure]`)?.textContent === text,
          [communities[0].community, figure(communities[0], care, level)]);
        const shown = new Map((await rows(page)).map(([code, value]) => [code, value]));
        assert.equal(shown.size, communities.length);
        for (const one of communities) assert.equal(shown.get(one.community), figure(one, care, level), one.name);
      }
  }
}

export async function test_which_communities_lack_drop_in_care_is_said_first(test) {
  const page = await test.open("/planner", PHONE);
  await ready(page);
  const { communities, run } = await test.served.get("/v1/coverage?region=binjiang");
  const lacking = communities.filter((one) => one.care.drop_in.reachable < run.community_share).length;
  assert.match(await page.textContent(".headline"), new RegExp(`${communities.length} 个社区中有 ${lacking} 个缺临时托`));
  const counts = await page.$$eval(".legend-count", (all) => all.map((one) => Number(/\d+/.exec(one.textContent)[0])));
  assert.equal(counts.reduce((a, b) => a + b), communities.length);
}

export async function test_headline_and_legend_are_the_same_without_the_script(test) {
  const said = (page) => page.$$eval(".headline, .legend-box", (all) => all.map((one) => one.textContent));
  for (const query of ["", "?care=hourly&level=located", "?care=full_day&level=open&minutes=5&lang=en"]) {
    const plain = await test.page({ ...DESK, javaScriptEnabled: false });
    await plain.goto(`${test.served.url}/planner${query}`);
    const served = await said(plain);
    assert.ok(served.length === 2 && served.every((text) => text.length > 10), `${served}`);
    const page = await test.open(`/planner${query}`, DESK);
    await ready(page);
    assert.deepEqual(await said(page), served, query);
  }
}

export async function test_names_on_the_map_lie_over_its_colours(test) {
  const page = await test.open("/planner", DESK);
  await page.waitForSelector("#map path.community");
  const [names, colours] = await page.$$eval("#map .labels-pane, #map .leaflet-overlay-pane", (all) =>
    ["labels-pane", "leaflet-overlay-pane"].map((name) => Number(getComputedStyle(all.find((one) => one.classList.contains(name))).zIndex)));
  assert.ok(names > colours, `${names} ${colours}`);
}

export async function test_headings_stay_in_their_columns(test) {
  for (const language of ["zh", "en"]) {
    const page = await test.open(`/planner?lang=${language}`, DESK);
    await ready(page);
    const wide = await page.$$eval("#planner-table thead th", (all) =>
      all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent));
    assert.deepEqual(wide, []);
  }
}

export async function test_columns_sort_both_ways(test) {
  const page = await test.open("/planner", DESK);
  await ready(page);
  const minutes = async () => (await rows(page)).map((row) => Number(row[2])).filter((one) => !Number.isNaN(one));
  await page.click("[data-sort=median]");
  const rising = await minutes();
  assert.deepEqual(rising, [...rising].sort((a, b) => a - b));
  await page.click("[data-sort=median]");
  assert.deepEqual(await minutes(), [...rising].reverse());
  assert.equal(await page.getAttribute("th:has([data-sort=median])", "aria-sort"), "descending");
}

export async function test_table_map_and_panel_are_in_step(test) {
  const page = await test.open("/planner", DESK);
  await ready(page);
  await page.waitForSelector("#map path");
  const [[code]] = await rows(page);
  await page.click(`tr[data-code="${code}"] button`);
  await page.waitForSelector("#map path.selected");
  await page.waitForSelector("#community-panel:not([hidden]) table.cares");
  assert.match(page.url(), new RegExp(`pick=${code}`));
  const { community } = await test.served.get(`/v1/coverage/${code}?region=binjiang`);
  const cells = await page.$$eval("#community-panel table.cares tbody td", (all) => all.map((one) => one.textContent));
  const expected = CARES.flatMap((care) => ["located", "reachable", "open"].map((level) => figure(community, care, level)));
  assert.deepEqual(cells.filter((_, i) => i % 4 < 3), expected);
}

export async function test_a_community_lists_the_facilities_that_reach_it(test) {
  const page = await test.open("/planner?minutes=30", DESK);
  await ready(page);
  for (const [code] of (await rows(page)).slice(-2)) {
    const { facilities, community } = await test.served.get(`/v1/coverage/${code}?region=binjiang&minutes=30`);
    for (const care of CARES) {
      const shares = facilities.filter((one) => one.care.includes(care)).map((one) => one.reachable);
      const { reachable } = community.care[care];
      assert.ok(Math.max(0, ...shares) <= reachable + 0.1 && shares.reduce((a, b) => a + b, 0) >= reachable - 0.1, `${care} ${shares} ${reachable}`);
    }
    await page.click(`tr[data-code="${code}"] button`);
    await page.waitForSelector("#community-panel h3 + div ul, #community-panel h3 + div p:not(.quiet-text)");
    const listed = await page.$$eval("#community-panel h3 + div li", (all) => all.map((one) => [one.querySelector("a").getAttribute("href"), one.textContent]));
    assert.deepEqual(listed.map(([href]) => href), facilities.map(({ id }) => `/facilities/${id}`));
    facilities.forEach((one, i) => assert.ok(listed[i][1].includes(`${Math.floor(one.reachable * 1000 + 1e-9) / 10}%`), listed[i][1]));
    await page.click(".panel-head button");
  }
}

export async function test_downloads_hold_what_is_shown(test) {
  const page = await test.open("/planner?care=hourly&level=open&minutes=20", DESK);
  await ready(page);
  const { communities } = await test.served.get("/v1/coverage?region=binjiang&minutes=20");
  const byCode = new Map(communities.map((one) => [one.community, one]));
  const take = async (n) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".downloads button").nth(n).click()]);
    return readFileSync(await download.path(), "utf8");
  };
  const [head, ...lines] = (await take(0)).replace("\uFEFF", "").trim().split("\r\n").map((line) => line.split(","));
  assert.equal(lines.length, communities.length);
  for (const line of lines) {
    const community = byCode.get(line[head.indexOf("community")]);
    for (const level of ["located", "reachable", "open"])
      assert.equal(Number(line[head.indexOf(level)]), community.care.hourly[level]);
  }
  const features = JSON.parse(await take(1)).features;
  assert.equal(features.length, communities.length);
  for (const one of features) {
    assert.equal(one.properties.open, byCode.get(one.id).care.hourly.open);
    assert.match(one.geometry.type, /Polygon/);
  }
}
