/** Of a parametrised title's places: `%s`, `%i`, …, and `$name` of an object. */
const PLACE = /%[sdifjoOc#$]|\$[a-zA-Z_][\w.]*/;

/** A title as it is written in a test file, as the source of a pattern of the titles that it gives. */
export function titlePattern(title: string): string {
  return title
    .split(PLACE)
    .map((text) => text.replaceAll('%%', '%').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('[^]*');
}
