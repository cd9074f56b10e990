import { type Config, type PageState, getElement } from "./config";

/** The date field and the slider of years; both open the same page on another date. */
export class DateControl {
  private readonly field = getElement("at") as HTMLInputElement;
  private readonly slider = getElement("year") as HTMLInputElement;
  private readonly marks = getElement("year-marks");
  private readonly comingDays = document.querySelectorAll<HTMLAnchorElement>("a[data-day]");

  constructor(
    private readonly config: Config,
    private readonly open: (url: URL) => void,
  ) {
    this.field.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go(this.field.value);
    });
    this.field.addEventListener("change", () => {
      // While a year is typed by hand the field passes through dates like 0019-01-01.
      if (this.field.value >= this.field.min && this.field.value <= this.field.max) {
        this.go(this.field.value);
      }
    });
    this.slider.addEventListener("input", () => {
      this.field.value = this.endOf(Number(this.slider.value));
      this.slider.ariaValueText = this.field.value;
    });
    this.slider.addEventListener("change", () => {
      this.go(this.endOf(Number(this.slider.value)));
    });
  }

  /** Show the date of the page and mark the years in which something changed. */
  show(state: PageState): void {
    this.field.value = state.asOf.at;
    this.slider.value = state.asOf.at.slice(0, 4);
    this.slider.ariaValueText = state.asOf.at;
    for (const link of this.comingDays) this.updateLink(link, state.asOf.at);
    const first = Number(this.slider.min);
    const span = Number(this.slider.max) - first;
    this.marks.replaceChildren(
      ...state.years
        .filter((year) => year >= first && year <= first + span)
        .map((year) => {
          const mark = document.createElement("i");
          mark.style.insetInlineStart = `${(100 * (year - first)) / span}%`;
          return mark;
        }),
    );
  }

  /** The last day of a year, after all its changes; today for the present year. */
  private endOf(year: number): string {
    const { today, lastDay } = this.config;
    if (year === Number(today.slice(0, 4))) return today;
    const end = `${year}-12-31`;
    return end > lastDay ? lastDay : end;
  }

  /** A link to a day to come opens the current page, which may have changed since it was made. */
  private updateLink(link: HTMLAnchorElement, at: string): void {
    const day = link.dataset["day"] ?? "";
    link.href = this.urlOn(day).toString();
    link.ariaCurrent = day === at ? "date" : null;
  }

  private go(at: string): void {
    this.open(this.urlOn(at));
  }

  /** The current page on another day. */
  private urlOn(at: string): URL {
    const url = new URL(location.href);
    if (!at || at === this.config.today) url.searchParams.delete("at");
    else url.searchParams.set("at", at);
    url.searchParams.delete("lang");
    return url;
  }
}
