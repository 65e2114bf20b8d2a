/**
 * Reads the flat answers of AWS's query APIs. Not an XML parser: it knows no attributes, CDATA or entities beyond the
 * five of XML, which is all that these answers hold; what it does not find is null.
 */
export function xmlField(xml: string, tag: string): string | null {
  const start = xml.indexOf(`<${tag}>`);
  const from = start + tag.length + 2;
  const end = start < 0 ? -1 : xml.indexOf(`</${tag}>`, from);
  return end < 0 ? null : decode(xml.slice(from, end));
}

/** The inner text of each `<member>`, at most `max` of them. */
export function xmlMembers(xml: string, max: number): readonly string[] {
  const members: string[] = [];
  let at = 0;
  while (members.length < max) {
    const start = xml.indexOf('<member>', at);
    const end = start < 0 ? -1 : xml.indexOf('</member>', start);
    if (end < 0) break;
    members.push(xml.slice(start + '<member>'.length, end));
    at = end;
  }
  return members;
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

function decode(text: string): string {
  return text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? entity);
}
