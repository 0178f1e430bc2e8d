import { existsSync } from 'node:fs';
import path from 'node:path';
import { ReadableError } from './readable-error.mjs';

const NODE_MAJOR_WANTED = 26;

/** The Node that runs the TypeScript as written: this one where it is new enough, else the one that was installed. */
export function findNode(root) {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_WANTED) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const installed = path.join(root, 'node_modules', `node-${platform}`, 'bin', 'node');
  if (existsSync(installed)) return installed;
  throw new ReadableError(
    `Node ${NODE_MAJOR_WANTED} is needed and npm has no build of it here for ${platform}. ` +
      `Install Node ${NODE_MAJOR_WANTED} from https://nodejs.org and run the command again.`,
  );
}
