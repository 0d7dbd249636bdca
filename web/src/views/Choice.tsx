/** One of a few: a row of buttons of which one is pressed. */

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly options: readonly Value[];
  readonly words?: Readonly<Record<Value, string>>; // where an option is not its own word
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
}

export function Choice<Value extends string>({ label, options, words, value, onChoose }: ChoiceProps<Value>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChoose(option)}>
          {words?.[option] ?? option}
        </button>
      ))}
    </div>
  );
}
