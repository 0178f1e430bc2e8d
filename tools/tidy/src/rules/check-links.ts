import path from 'node:path';
import type { Finding } from '../finding.ts';
import type { Repository } from '../repository/repository.ts';

const LINK = /\[[^\]]*\]\(([^)\s]+)[^)]*\)|<(?:img|a)\s[^>]*?(?:src|href)="([^"]+)"/g;

/** Relative links in documents lead to a file or folder that is there, and their anchors to a heading. */
export function checkLinks(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const file of repository.paths) {
    if (!file.endsWith('.md')) continue;
    proseLines(repository.text(file)).forEach((text, index) => {
      for (const match of withoutCode(text).matchAll(LINK)) {
        const target = match[1] ?? match[2] ?? '';
        const message = /^[a-z]+:/i.test(target) ? null : checkTarget(repository, file, target);
        if (message) findings.push({ file, line: index + 1, rule: 'broken-link', message });
      }
    });
  }
  return findings;
}

function checkTarget(repository: Repository, file: string, target: string): string | null {
  const [linked = '', anchor] = decodeURI(target).split('#');
  const resolved = linked === '' ? file : path.posix.join(path.posix.dirname(file), linked).replace(/\/$/, '');
  const isFolder = [...repository.paths].some((each) => each.startsWith(`${resolved}/`));
  if (!repository.paths.has(resolved) && !isFolder && resolved !== '.') return `${target}: there is no ${resolved}`;
  if (anchor === undefined || !resolved.endsWith('.md')) return null;
  return headings(repository.text(resolved)).has(anchor) ? null : `${target}: ${resolved} has no such heading`;
}

/** Heading anchors as GitHub writes them. */
function headings(markdown: string): ReadonlySet<string> {
  const anchors = new Map<string, number>();
  for (const line of proseLines(markdown)) {
    const title = /^#{1,6}\s+(.*)$/.exec(line)?.[1];
    if (title === undefined) continue;
    const slug = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    const seen = anchors.get(slug);
    anchors.set(slug, (seen ?? 0) + 1);
    if (seen !== undefined) anchors.set(`${slug}-${seen}`, 0);
  }
  return new Set(anchors.keys());
}

/** The document's lines with those of code blocks blanked, so that line numbers stay. */
function proseLines(markdown: string): string[] {
  let isCodeBlock = false;
  return markdown.split('\n').map((line) => {
    const isFence = /^\s*(```|~~~)/.test(line);
    if (isFence) isCodeBlock = !isCodeBlock;
    return isFence || isCodeBlock ? '' : line;
  });
}

/** A line without its inline code; code that is itself a link's text stays. */
function withoutCode(line: string): string {
  return line.replace(/`[^`]*`/g, (code) => (line.includes(`[${code}]`) ? code : ''));
}
