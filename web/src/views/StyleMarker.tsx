/** The marker of a style, as it stands on the map. */

import { markerPath, type StyleLook } from "../map/markers";

export function StyleMarker({ colour, marker }: StyleLook) {
  return (
    <svg viewBox="-6 -6 12 12" width="10" height="10" aria-hidden="true">
      <path d={markerPath(marker, 4.4)} fill={colour} />
    </svg>
  );
}
