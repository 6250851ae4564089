import { readdirSync } from 'node:fs'
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { machine } from '../../unit/installation/machine.ts'
import { acceptance, isQuick } from '../support/acceptance.ts'
import { fromSource, repository } from '../support/installation.ts'
import { type Command, type RunResult, run } from '../support/run.ts'
import { type Listener, listen, writeKubeconfig } from './listener.ts'

const test = acceptance('an invalid desired state: exit 1, every mistake with its place and a fix, and no server is contacted', open)
const source = join(repository, 'test/unit/installation')
const names = readdirSync(join(source, 'broken')).filter((name) => name.endsWith('.yaml'))
/** `unknown-key.misspelled.yaml` is of the class unknown-key. */
const classes = Map.groupBy(names.sort(), (name) => name.split('.')[0] ?? '')

test('there are at least 25 files in six classes', async () => {
  if (names.length < 25 || classes.size !== 6) throw new Error(`${names.length} files, classes ${[...classes.keys()].join(' ')}`)
  return `${names.length} files: ${[...classes.keys()].join(', ')}`
})

// A network namespace of its own has not even a loopback device.
for (const [name, members] of classes)
  test(`${name}, without a network: exit 1 and the expected text with file:line:col and a fix`, async ({ invalid }) => {
    const files = isQuick ? members.slice(0, 2) : members
    const mismatches: string[] = []
    for (const file of files) mismatches.push(...(await mismatch(invalid, file)))
    if (mismatches.length > 0) throw new Error(`${mismatches.length} of ${files.length}:\n${mismatches.join('\n')}`)
    return `${files.length} files`
  })

test('with a listener in the place of every server: no connection', async ({ invalid, listener }) => {
  const files = isQuick ? [...classes.values()].map(([first = '']) => first) : names
  const kubeconfig = await listener.kubeconfig(invalid)
  for (const file of files) {
    const text = withHost(await readFile(join(invalid, file), 'utf8'), listener)
    const { code, stderr } = await plan(invalid, text, { kubeconfig })
    if (code !== 1 || listener.count() > 0) throw new Error(`${file}: exit ${code}, ${listener.count()} connections\n${stderr}`)
  }
  return `0 connections in ${files.length} runs`
})

test('with a valid file the listener counts connections', async ({ valid, listener }) => {
  await cp(join(repository, 'test/lab/chart'), join(valid, 'chart'), { recursive: true })
  const text = withHost(`${await readFile(join(valid, 'minimal.yaml'), 'utf8')}\nrelease: { chart: { path: ./chart } }\n`, listener)
  const { stdout, stderr } = await plan(valid, text, { kubeconfig: await listener.kubeconfig(valid) })
  if (listener.count() === 0) throw new Error(`no connection\n${stderr}${stdout}`)
  return `${listener.count()} connections`
})

/** The message of a file that is not reported as expected. */
async function mismatch(folder: string, file: string): Promise<string[]> {
  const expected = await readFile(join(folder, file.replace('.yaml', '.expected.txt')), 'utf8')
  const { code, stdout, stderr } = await plan(folder, await readFile(join(folder, file), 'utf8'), { before: ['unshare', '-n'] })
  const actual = stderr.replaceAll(`${folder}/`, '<folder>/').replaceAll(/\b[0-9a-f]{64}\b/g, '<sha256>')
  const hasPlace = /desired-state\.yaml:\d+:\d+/.test(actual)
  const hasFix = /^ {2}Fix: \S/m.test(actual)
  if (code === 1 && stdout === '' && actual === expected && hasPlace && hasFix) return []
  return [`${file}: exit ${code}\n${actual}expected\n${expected}`]
}

type PlanOptions = { readonly before?: readonly string[]; readonly kubeconfig?: string }

/** Runs `plan` in the folder of the file, as the expected texts name it. The default kubeconfig is valid, of a server that is down. */
async function plan(folder: string, text: string, { before = [], kubeconfig }: PlanOptions): Promise<RunResult> {
  const file = join(folder, 'desired-state.yaml')
  await writeFile(file, text)
  // Commands are refused in a file that others may write, and a checkout may be writable by its group.
  for (const path of [folder, file]) await chmod(path, 0o755)
  const env = Object.fromEntries(Object.entries(machine().env).filter((pair): pair is [string, string] => pair[1] !== undefined))
  const KUBECONFIG = kubeconfig ?? (await writeKubeconfig(folder, '127.0.0.1:1'))
  return run([...before, ...fromSource, 'plan'] as unknown as Command, { cwd: folder, env: { ...env, HOME: folder, KUBECONFIG } })
}

/** Replaces every host of a file by the listener, except in serverDomain, which has to be a name and is never contacted. */
const withHost = (text: string, { host }: Listener): string =>
  text
    .split('\n')
    .map((line) => (/serverDomain/.test(line) ? line : line.replaceAll(/(?:[\w-]+\.)+(?:com|local)(?::\d+)?/g, host)))
    .join('\n')

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'groundcrew-invalid-'))
  await cp(source, folder, { recursive: true })
  const listener = await listen()
  const dispose = async () => {
    await listener[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  }
  return { invalid: join(folder, 'broken'), valid: join(folder, 'valid'), listener, [Symbol.asyncDispose]: dispose }
}

test.run()
