/** A number one can type, step and scroll. */

interface NumberFieldProps {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onValue: (value: number) => void;
}

/** What is out of range is put right when the field is left. */
export function NumberField({ id, label, unit, value, min, max, step, onValue }: NumberFieldProps) {
  return (
    <span class="number">
      <input
        id={id}
        type="number"
        aria-label={label}
        inputMode="decimal"
        {...{ min, max, step, value }}
        onInput={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          if (typed >= min && typed <= max) onValue(typed);
        }}
        onChange={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          const right = Number.isFinite(typed) ? Math.min(max, Math.max(min, typed)) : value;
          event.currentTarget.value = String(right);
          onValue(right);
        }}
      />
      <span class="unit">{unit}</span>
    </span>
  );
}
