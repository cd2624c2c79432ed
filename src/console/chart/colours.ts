/** The colours of the style sheet, for a canvas. */

export interface Colours {
  readonly ink: string;
  readonly quiet: string;
  readonly faint: string;
  readonly line: string;
  readonly accent: string;
  readonly bad: string;
  readonly paper: string;
}

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: value('ink'),
    quiet: value('quiet'),
    faint: value('faint'),
    line: value('line'),
    accent: value('accent'),
    bad: value('bad'),
    paper: value('paper'),
  };
}
