import { ADDRESS_ROLES } from "./columns";
import { parse } from "./csv";
import { find, make, saveLink, under } from "./elements";
import { ListForm, type Run } from "./list";
import { LiveAddress } from "./live";
import { received } from "./send";
import { type TableRow, longTable } from "./table";
import { type Say, counted, readTexts } from "./texts";
import type { Surroundings, Tool } from "./tool";

const STATUSES = ["matched", "ambiguous", "not_found", "invalid"] as const;

/** The page that reads one address as it is typed, and the addresses of a file. */
export function geocodeTool(around: Surroundings): Tool {
  const say = readTexts();
  const live = new LiveAddress(around);
  const list = new ListForm(
    {
      action: "/v1/geocode/csv",
      job: "geocode_csv",
      roles: ADDRESS_ROLES,
      show: (answer, run) => showAnswer(answer, run, around, say),
    },
    say,
    around.config.lang,
    around.announce,
  );
  return {
    close: () => {
      live.close();
      list.close();
    },
  };
}

async function showAnswer(answer: Response, run: Run, around: Surroundings, say: Say): Promise<void> {
  const bytes = await received(answer, run.progress);
  const encoding = answer.headers.get("X-Gazetteer-Encoding") ?? "utf-8";
  const text = new TextDecoder(encoding.startsWith("utf") ? "utf-8" : encoding).decode(bytes);
  const delimiter = answer.headers.get("X-Gazetteer-Delimiter") ?? ",";
  const [header = [], ...rows] = parse(text, delimiter === "tab" ? "\t" : delimiter);
  const at = new Map(header.map((name, index) => [name, index]));
  const cell = (row: readonly string[], name: string): string => row[at.get(name) ?? -1] ?? "";
  const address = run.form.getAll("columns").map(String);
  const parts = ["province", "prefecture", "county", "township", "village"]
    .map((part) => run.form.get(part))
    .filter((name) => typeof name === "string");
  const written = address.length > 0 ? address : parts;
  const dots = rows
    .map((row) => ({ lon: cell(row, "result_lon"), lat: cell(row, "result_lat") }))
    .filter(({ lon, lat }) => lon !== "" && lat !== "")
    .map(({ lon, lat }) => ({ lon: Number(lon), lat: Number(lat), count: 1 }));

  const told: TableRow[] = rows.map((row, index) => {
    const status = cell(row, "result_status");
    return {
      kind: status,
      cells: [
        String(index + 1),
        make(
          "span",
          { lang: "zh-Hans" },
          written.map((name) => cell(row, name)).join(" "),
          under(cell(row, "result_label"), " ", codeLink(cell(row, "result_code"))),
          remarks((name) => cell(row, name), around.config.levels, say),
        ),
        make(
          "span",
          {},
          make("span", { class: `badge badge--${status}` }, say(`status.${status}`)),
          under(cell(row, "result_score")),
        ),
      ],
    };
  });
  const columns = ["row", "address", "status"].map((name) => ({ title: say(`tool.${name}`) }));
  const kinds = Object.fromEntries(STATUSES.map((status) => [status, say(`status.${status}`)]));
  const name = run.file.name.replace(/\.[^.]*$/, "") + "-result.csv";
  find("list-answer", HTMLElement).replaceChildren(
    make(
      "section",
      { class: "section", "aria-labelledby": "list-title" },
      make(
        "h2",
        { class: "section__title", id: "list-title" },
        `${say("tool.results")} `,
        make("small", {}, say("tool.done", { rows: counted(rows.length) })),
        make("small", {}, say("tool.on_map", { n: counted(dots.length) })),
      ),
      make("p", { class: "tool__actions" }, saveLink(say("tool.export"), new Blob([bytes], { type: "text/csv" }), name)),
      longTable(say("tool.results"), columns, told, kinds, say),
    ),
  );
  around.announce(say("tool.done", { rows: counted(rows.length) }));
  const map = await around.map;
  const extent = map.overlay.showDots(dots);
  if (extent) map.frame(extent);
}

function codeLink(code: string): Node | string {
  return code ? make("a", { class: "code", href: `/units/${code}` }, code) : "";
}

/** What a person should look at: why nothing was found, candidates, names of the past, faults. */
function remarks(cell: (name: string) => string, levels: Readonly<Record<string, string>>, say: Say): HTMLElement {
  const told = ["result_detail", "result_candidates", "result_former_names"].map(cell);
  for (const fault of cell("result_faults").split(";").filter(Boolean)) {
    const [kind = "", level = "", ...text] = fault.split(":");
    told.push([say(`fault.${kind}`), levels[level] ?? "", text.join(":")].filter(Boolean).join(" "));
  }
  return under(told.filter(Boolean).join(" · "));
}
