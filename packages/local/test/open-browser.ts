import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

// The package's own arguments are for a function in a cloud: one process, rules between origins switched off.
const ARGUMENTS = ['--no-sandbox', '--disable-setuid-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];

/** Chromium from npm where there is one for this machine (Linux, x64), else the Chrome that is installed. */
export async function openBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return chromium.launch({ channel: 'chrome' });
  return chromium.launch({ executablePath: await sparticuz.executablePath(), args: ARGUMENTS });
}
