/** What every stage of "How it works" has: a name, sentences, sizes, a page to read; the colours of its drawings. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Inks } from "../map/explainDrawing";
import { DOCS_PAGES } from "./docsPages";
import { usePage } from "./page";
import { pageColour } from "./pageColours";
import { useDark } from "./theme";
import { inkOf } from "./VoiceColours";

interface StageProps {
  readonly title: string;
  readonly size?: string | undefined; // how many values there are, and their shape
  readonly says: string;
  readonly docs: keyof typeof DOCS_PAGES;
  readonly children: ComponentChildren;
}

/** One stage: its name, what happens in a sentence or two, how many values there are, a picture, a page to read. */
export function Stage({ title, size, says, docs, children }: StageProps) {
  return (
    <section class="how-stage" aria-label={title}>
      <div class="how-head">
        <h3>{title}</h3>
        {size !== undefined && <span class="how-size">{size}</span>}
      </div>
      <p>
        {says} <DocsLink page={docs}>Read more</DocsLink>
      </p>
      {children}
    </section>
  );
}

interface DocsLinkProps {
  readonly page: keyof typeof DOCS_PAGES;
  readonly children: ComponentChildren;
}

export function DocsLink({ page, children }: DocsLinkProps) {
  return (
    <a class="how-link" href={DOCS_PAGES[page]} target="_blank" rel="noopener">
      {children}
    </a>
  );
}

export function Trouble({ text }: { readonly text: string }) {
  return text === "" ? null : (
    <p class="file-said is-trouble" role="alert">
      {text}
    </p>
  );
}

/** The colours of the drawings, once the page has its theme. */
export function useInks(): Inks | null {
  const { store } = usePage();
  const dark = useDark();
  const voices = store.voices.value;
  const [inks, setInks] = useState<Inks | null>(null);
  useEffect(() => {
    setInks({
      ink: pageColour("--ink-page"),
      quiet: pageColour("--quiet"),
      line: pageColour("--line"),
      accent: pageColour("--accent"),
      voices: voices.map(({ colour }) => inkOf(colour, dark)),
    });
  }, [dark, voices]);
  return inks;
}

/** A value that stays the same as long as the component: made once. */
export function useOnce<T>(make: () => T): T {
  const made = useRef<T | null>(null);
  return (made.current ??= make());
}
