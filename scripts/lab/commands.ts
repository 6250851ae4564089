import { readdir } from 'node:fs/promises'
import { shellExports } from './env.ts'
import { install } from './install.ts'
import { hasBinaries } from './installed.ts'
import { findLab, type Lab } from './lab.ts'
import { runDir } from './paths.ts'
import type { ExtraRegistry } from './servers/extraRegistries.ts'
import { startLab } from './start.ts'

export type Arguments = {
  name?: string | undefined
  owner?: string | undefined
  'image-size'?: string | undefined
  registry?: string[] | undefined
  rest: string[]
}

/** Runs one command and returns the exit code. */
export type Command = (args: Arguments) => Promise<number>

export const usage = `usage: npm run lab -- COMMAND [--name NAME]     (default name: default)

  install                        build and fetch what is missing
  up [--image-size 1MiB] [--registry plain|token]... [--owner PID]
                                 start a lab; --registry adds a registry, with --owner the lab ends with that process
  env                            print shell exports: eval "$(npm run --silent lab -- env)"
  status                         all labs, or with --name one of them and its servers
  pods slow [SECONDS] | normal   delay new pods from becoming ready, or no longer
  down                           stop the lab and delete its folder`

const say = (line: string): void => console.error(`lab: ${line}`)

export const commands: Record<string, Command> = {
  async install() {
    await install(say)
    return 0
  },

  async up({ name = 'default', owner, 'image-size': imageSize = '1MiB', registry = [] }) {
    const registries = registry.map(extraRegistry)
    if (!hasBinaries()) await commands.install?.({ rest: [] })
    const running = await findLab(name)
    if (await running?.status()) {
      await running?.ready()
      return report(`lab ${name} is up already`)
    }
    const start = performance.now()
    const lab = await startLab({ name, imageSize, registries, ownerPid: owner === undefined ? null : Number(owner) })
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    return report(`lab ${name} is up after ${seconds} s: ${lab.dir}`, `eval "$(npm run --silent lab -- env --name ${name})"`)
  },

  async env({ name = 'default' }) {
    console.log(shellExports((await running(name)).description))
    return 0
  },

  async status({ name }) {
    const names = name === undefined ? await readdir(runDir()).catch(() => []) : [name]
    const lines = await Promise.all(names.map((each) => describe(each, name !== undefined)))
    for (const line of lines.flat()) console.log(line)
    return lines.some((labLines) => labLines.length > 0) ? 0 : 1
  },

  async pods({ name = 'default', rest: [pace, seconds] }) {
    if (pace !== 'slow' && pace !== 'normal') throw new Error('expected: pods slow [SECONDS] | normal')
    if (seconds !== undefined && !/^\d+$/.test(seconds)) throw new Error(`expected a number of seconds, got ${JSON.stringify(seconds)}`)
    const lab = await running(name)
    await lab.pods(pace, seconds === undefined ? undefined : Number(seconds))
    return report(`new pods of lab ${name} are ${pace}${seconds === undefined ? '' : ` (${seconds} s)`} from now on`)
  },

  async down({ name = 'default' }) {
    const lab = await findLab(name)
    await lab?.stop()
    return report(lab ? `lab ${name} is down` : `there is no lab ${name}`)
  },
}

function extraRegistry(name: string): ExtraRegistry {
  if (name === 'plain' || name === 'token') return name
  throw new Error(`expected --registry plain or token, got ${JSON.stringify(name)}`)
}

function report(...lines: string[]): number {
  for (const line of lines) say(line)
  return 0
}

async function running(name: string): Promise<Lab> {
  const lab = await findLab(name)
  if (await lab?.status()) return lab as Lab
  throw new Error(`lab ${name} is not running; start it with npm run lab -- up --name ${name}`)
}

async function describe(name: string, isDetailed: boolean): Promise<string[]> {
  const lab = await findLab(name).catch(() => undefined)
  if (!lab) return []
  const servers = await lab.status()
  const { ports, supervisor } = lab.description
  const state = servers ? `up    supervisor ${supervisor.pid}` : 'dead  (remove it with down)'
  const details = (servers ?? []).map((server) => `  ${server.name.padEnd(24)} ${server.running ? `pid ${server.pid}` : 'stopped'}`)
  return [
    `${name.padEnd(16)} ${state}  api ${ports.apiserver}  minio ${ports.minio}  registry ${ports.registry}  ${lab.dir}`,
    ...(isDetailed ? details : []),
  ]
}
