import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { run } from './run.ts'

// Debian package -> one of its programs. PostgreSQL's own are not on PATH; one of its common package is checked instead.
const programs = {
  'docker-registry': 'docker-registry',
  skopeo: 'skopeo',
  postgresql: 'pg_createcluster',
  unzip: 'unzip',
  strace: 'strace',
  faketime: 'faketime',
  chromium: 'chromium',
}

/** The Debian packages that the lab needs and that are missing on this machine. */
export async function missingPackages(): Promise<string[]> {
  const names = Object.entries(programs)
  const present = await Promise.all(names.map(([, program]) => isOnPath(program)))
  return names.filter((_, i) => !present[i]).map(([name]) => name)
}

/** Installs packages with apt-get; without root, the error contains the command to run. */
export async function installPackages(names: string[], say: (line: string) => void): Promise<void> {
  if (names.length === 0) return
  if (process.getuid?.() !== 0) throw new Error(`missing Debian packages; run: sudo apt-get install ${names.join(' ')}`)
  say(`Debian packages: installing ${names.join(', ')}`)
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, mayOutliveUs: true }
  await run('apt-get', ['update', '-qq'], options)
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], options)
}

/** True if a program is on PATH. */
export async function isOnPath(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const tries = folders.map((folder) =>
    access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    ),
  )
  return (await Promise.all(tries)).includes(true)
}
