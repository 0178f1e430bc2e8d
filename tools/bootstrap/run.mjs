// The way in on a machine that has Node 20 and npm only: installs what is missing, finds Node 26, builds the portal
// where it is needed, and runs the command. Plain JavaScript without dependencies, because nothing is there yet.
const NODE_MAJOR_MIN = 20;

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
  process.stderr.write(
    `Northwind Settlement needs Node ${NODE_MAJOR_MIN} or newer to start; this is ${process.version}. ` +
      'Get it from https://nodejs.org and run the command again.\n',
  );
  process.exit(1);
}

import('./start.mjs')
  .then(({ start }) => start(process.argv.slice(2)))
  .catch((error) => {
    process.stderr.write(`${error.isReadable ? error.message : error.stack}\n`);
    process.exitCode = 1;
  });
