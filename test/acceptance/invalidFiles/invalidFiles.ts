import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { machine } from '../../unit/installation/machine.ts'
import { fromSource, repository } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { type Command, type RunResult, run } from '../support/run.ts'
import { type Listeners, listen, writeKubeconfig } from './listeners.ts'

const source = join(repository, 'test/unit/installation')

export const broken: Check = {
  name: 'broken',
  about: 'broken desired states: exit 1, each with its place and remedy, and nothing contacted',
  async run(report, isQuick) {
    const folder = await mkdtemp(join(tmpdir(), 'groundcrew-broken-'))
    await cp(source, folder, { recursive: true })
    const names = (await readdir(join(folder, 'broken'))).filter((name) => name.endsWith('.yaml')).sort()
    await goldens(report, join(folder, 'broken'), names)
    await contacts(report, folder, isQuick ? names.filter((_, i) => i % 4 === 0) : names)
    await rm(folder, { recursive: true })
  },
}

async function goldens(report: Report, folder: string, names: string[]): Promise<void> {
  const classes = new Set(names.map((name) => name.split('.')[0]))
  await report.line('at least 25 files over six classes', async () => {
    if (names.length < 25 || classes.size !== 6) throw new Error(`${names.length} files, classes ${[...classes].join(' ')}`)
    return `${names.length} files: ${[...classes].join(', ')}`
  })
  // A network namespace of its own has not even a loopback device.
  await report.line('without a network: exit 1 and the golden text with file:line:col and remedy', async () => {
    const wrong: string[] = []
    for (const name of names) {
      const golden = await readFile(join(folder, name.replace('.yaml', '.expected.txt')), 'utf8')
      const ran = await plan(folder, await readFile(join(folder, name), 'utf8'), ['unshare', '-n'])
      const said = ran.stderr.replaceAll(`${folder}/`, '<folder>/').replaceAll(/\b[0-9a-f]{64}\b/g, '<sha256>')
      const places = said.match(/desired-state\.yaml:\d+:\d+/g)?.length ?? 0
      const remedies = said.match(/^ {2}To do: \S/gm)?.length ?? 0
      if (ran.code !== 1 || ran.stdout !== '' || said !== golden || places === 0 || remedies === 0)
        wrong.push(`${name}: exit ${ran.code}\n${said}expected\n${golden}`)
    }
    if (wrong.length > 0) throw new Error(`${wrong.length} of ${names.length}:\n${wrong.join('\n')}`)
    return `${names.length} files`
  })
}

/** The same files with every host made a listener of ours, and a valid one that shows that these do count. */
async function contacts(report: Report, folder: string, names: string[]): Promise<void> {
  await using listeners = await listen()
  const kubeconfig = await listeners.kubeconfig(folder)
  await report.line('with listeners that count: nothing is contacted', async () => {
    for (const name of names) {
      const ran = await plan(
        join(folder, 'broken'),
        pointed(await readFile(join(folder, 'broken', name), 'utf8'), listeners),
        [],
        kubeconfig,
      )
      if (ran.code !== 1 || listeners.count() > 0)
        throw new Error(`${name}: exit ${ran.code}, ${listeners.count()} connections\n${ran.stderr}`)
    }
    return `0 connections in ${names.length} runs`
  })
  await report.line('and they do count when the file is right', async () => {
    const minimal = await readFile(join(folder, 'valid/minimal.yaml'), 'utf8')
    await cp(join(repository, 'test/lab/chart'), join(folder, 'valid/chart'), { recursive: true })
    const text = pointed(`${minimal}\nrelease: { chart: { path: ./chart } }\n`, listeners)
    const ran = await plan(join(folder, 'valid'), text, [], kubeconfig)
    if (listeners.count() === 0) throw new Error(`nothing was contacted\n${ran.stderr}${ran.stdout}`)
    return `${listeners.count()} connections`
  })
}

/**
 * Runs `plan` where the file stands, as a person would; the golden texts name it so. What is wrong with the kubeconfig
 * would be told besides: unless another is given it is a good one, of a server that is nowhere.
 */
async function plan(folder: string, text: string, before: readonly string[], config?: string): Promise<RunResult> {
  const kubeconfig = config ?? (await writeKubeconfig(folder, '127.0.0.1:1'))
  const file = join(folder, 'desired-state.yaml')
  await writeFile(file, text)
  // Commands are refused where others may write; a checkout's own rights are not what is tried here.
  for (const path of [folder, file]) await chmod(path, 0o755)
  const env = Object.fromEntries(Object.entries(machine().env).filter((pair): pair is [string, string] => pair[1] !== undefined))
  const command = [...before, ...fromSource, 'plan'] as unknown as Command
  return run(command, { cwd: folder, env: { ...env, HOME: folder, KUBECONFIG: kubeconfig } })
}

/** Every host of the file becomes a listener; the domain of the server is contacted by nobody and has to stay a name. */
const pointed = (text: string, { host }: Listeners): string =>
  text
    .split('\n')
    .map((line) => (/serverDomain/.test(line) ? line : line.replaceAll(/(?:[\w-]+\.)+(?:com|local)(?::\d+)?/g, host)))
    .join('\n')
