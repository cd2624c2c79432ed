/**
 * The public types of each entry of `exports` in package.json, as text: a test compares it with the committed files, so
 * that a change which breaks programs of users is seen in a review. Types are written out as the compiler resolves them
 * (docs/decisions/0078).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The files by their path from the root. */
export async function apiReports(): Promise<Record<string, string>> {
  const entries = entriesOf(readFileSync(join(root, 'package.json'), 'utf8'));
  const program = ts.createProgram(
    entries.map(({ source }) => join(root, source)),
    optionsIn('tsconfig.json'),
  );
  const style = await resolveConfig(join(root, 'docs/library.md'));
  const reports = entries.map(async ({ name, source }) => {
    const types = await format(new Report(program, source).text(), { ...style, parser: 'typescript' });
    return [reportPath(name), `# \`${name}\`\n\nWritten by \`npm run docs\`.\n\n\`\`\`ts\n${types}\`\`\`\n`] as const;
  });
  return Object.fromEntries(await Promise.all(reports));
}

/** `escapement/lambda` is `docs/library/lambda.api.md`. */
function reportPath(name: string): string {
  return `docs/library/${name.replace(/^escapement\//, '')}.api.md`;
}

interface Entry {
  readonly name: string;
  readonly source: string;
}

function entriesOf(packageJson: string): Entry[] {
  const { name, exports } = JSON.parse(packageJson) as { name: string; exports: Record<string, unknown> };
  return Object.entries(exports).flatMap(([path, target]) => {
    const types = typeof target === 'object' && target !== null && 'types' in target ? String(target.types) : undefined;
    if (types === undefined) return [];
    return [{ name: name + path.slice(1), source: types.replace('./dist/', '').replace(/\.d\.ts$/, '.ts') }];
  });
}

function optionsIn(file: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, file), (path) => ts.sys.readFile(path)) as { config: unknown };
  return { ...ts.parseJsonConfigFileContent(config, ts.sys, root).options, types: ['node'] };
}

const flags: ts.NodeBuilderFlags =
  ts.NodeBuilderFlags.NoTruncation |
  ts.NodeBuilderFlags.InTypeAlias |
  ts.NodeBuilderFlags.UseAliasDefinedOutsideCurrentScope |
  ts.NodeBuilderFlags.IgnoreErrors;

/** The exports of one file, and after them the types that they refer to. */
class Report {
  readonly #checker: ts.TypeChecker;
  readonly #file: ts.SourceFile;
  readonly #printer = ts.createPrinter({ removeComments: true });
  readonly #seen = new Set<ts.Symbol>();
  readonly #waiting: ts.Symbol[] = [];

  constructor(program: ts.Program, source: string) {
    const file = program.getSourceFile(join(root, source));
    if (!file) throw new Error(`${source} does not exist`);
    this.#file = file;
    this.#checker = program.getTypeChecker();
  }

  text(): string {
    const module = this.#checker.getSymbolAtLocation(this.#file);
    const named = module ? this.#checker.getExportsOfModule(module) : [];
    const isForeign = (symbol: ts.Symbol) => !this.#isOwn(this.#resolved(symbol));
    const exported = named.filter((symbol) => !isForeign(symbol)).map((symbol) => this.#resolved(symbol));
    for (const symbol of exported) this.#seen.add(symbol);
    const parts = [
      ...named.filter(isForeign).map(({ name }) => `export { ${name} }; // of another package`),
      ...exported.toSorted(byName).map((symbol) => `export ${this.#declaration(symbol)}`),
    ];
    const others: [string, string][] = [];
    for (let symbol = this.#waiting.shift(); symbol; symbol = this.#waiting.shift()) {
      others.push([symbol.name, this.#declaration(symbol)]);
    }
    const internal = others.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, text]) => text);
    return [...parts, ...(internal.length === 0 ? [] : ['// Not exported by name.']), ...internal].join('\n\n');
  }

  #declaration(symbol: ts.Symbol): string {
    const { name } = symbol;
    if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) return this.#members(symbol);
    if (symbol.flags & ts.SymbolFlags.TypeAlias) {
      const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
      return `type ${name}${this.#parameters(symbol)} = ${this.#written(type)};`;
    }
    const type = this.#checker.getTypeOfSymbol(symbol);
    if (symbol.flags & ts.SymbolFlags.Function) {
      return type
        .getCallSignatures()
        .map((signature) => `function ${name}${this.#signature(signature)};`)
        .join('\n');
    }
    return `const ${name}: ${this.#written(type)};`;
  }

  #members(symbol: ts.Symbol): string {
    const declaration = symbol.declarations?.find(
      (each) => ts.isClassDeclaration(each) || ts.isInterfaceDeclaration(each),
    );
    const isClass = declaration !== undefined && ts.isClassDeclaration(declaration);
    const constructors = isClass ? this.#checker.getTypeOfSymbol(symbol).getConstructSignatures() : [];
    const own = (members: ts.SymbolTable | undefined) =>
      [...(members?.values() ?? [])].filter((member) => this.#isPublic(member)).map((member) => this.#member(member));
    const lines = [
      ...constructors.map((signature) => `constructor${this.#signature(signature).replace(/\)[^)]*$/s, ')')};`),
      ...own(symbol.exports).map((member) => `static ${member}`),
      ...own(symbol.members),
    ];
    const heritage = (declaration?.heritageClauses ?? []).flatMap((clause) => {
      for (const { expression } of clause.types) this.#note(this.#checker.getSymbolAtLocation(expression));
      return ` ${clause.getText()}`;
    });
    const head = `${isClass ? 'class' : 'interface'} ${symbol.name}${this.#parameters(symbol)}${heritage.join('')}`;
    return `${head} {\n${lines.join('\n')}\n}`;
  }

  #member(symbol: ts.Symbol): string {
    const type = this.#checker.getTypeOfSymbol(symbol);
    if (symbol.flags & ts.SymbolFlags.Method) {
      return type
        .getCallSignatures()
        .map((signature) => `${symbol.name}${this.#signature(signature)};`)
        .join('\n');
    }
    const isReadonly = symbol.declarations?.some(
      (each) => ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Readonly,
    );
    const mark = symbol.flags & ts.SymbolFlags.Optional ? '?' : '';
    return `${isReadonly ? 'readonly ' : ''}${symbol.name}${mark}: ${this.#written(type)};`;
  }

  #isPublic(symbol: ts.Symbol): boolean {
    const [declaration] = symbol.declarations ?? [];
    if (!declaration || !(symbol.flags & (ts.SymbolFlags.Method | ts.SymbolFlags.Property | ts.SymbolFlags.Accessor))) {
      return false;
    }
    const name = ts.getNameOfDeclaration(declaration);
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    return name !== undefined && !ts.isPrivateIdentifier(name) && !(ts.getCombinedModifierFlags(declaration) & hidden);
  }

  #parameters(symbol: ts.Symbol): string {
    const declared = symbol.declarations?.find(
      (each) => ts.isClassDeclaration(each) || ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each),
    );
    const parameters = declared?.typeParameters?.map((each) => each.getText()) ?? [];
    return parameters.length === 0 ? '' : `<${parameters.join(', ')}>`;
  }

  #signature(signature: ts.Signature): string {
    const kind = ts.SyntaxKind.MethodSignature;
    const node = this.#checker.signatureToSignatureDeclaration(signature, kind, this.#file, flags);
    // A method without a name: `(limit?: number): Promise<void>;`.
    return this.#print(node)
      .replace(/^[^(<]*/, '')
      .replace(/;$/, '');
  }

  #written(type: ts.Type): string {
    return this.#print(this.#checker.typeToTypeNode(type, this.#file, flags));
  }

  #print(node: ts.Node | undefined): string {
    if (!node) return 'unknown';
    this.#follow(node);
    const [sorted = node] = ts.transform(node, [this.#sortUnions]).transformed;
    return this.#textOf(sorted);
  }

  #textOf(node: ts.Node): string {
    return this.#printer.printNode(ts.EmitHint.Unspecified, node, this.#file).replaceAll(/import\("[^"]*"\)\./g, '');
  }

  /** The compiler lists the members of a union in the order in which it met them, which any other file can change. */
  readonly #sortUnions: ts.TransformerFactory<ts.Node> = (context) => {
    const visit = (node: ts.Node): ts.Node => {
      const inner = ts.visitEachChild(node, visit, context);
      if (!ts.isUnionTypeNode(inner)) return inner;
      const types = inner.types.map((type) => [this.#textOf(type), type] as const);
      const rank = (text: string) => (text === 'undefined' ? 2 : text === 'null' ? 1 : 0);
      const sorted = types.toSorted(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1));
      return ts.factory.createUnionTypeNode(sorted.map(([, type]) => type));
    };
    return visit;
  };

  /** The types of this package that a type refers to are a part of the report too. */
  #follow(node: ts.Node): void {
    // The compiler sets the symbol on the nodes that it makes from types.
    if (ts.isIdentifier(node)) this.#note((node as ts.Identifier & { readonly symbol?: ts.Symbol }).symbol);
    ts.forEachChild(node, (child) => this.#follow(child));
  }

  #note(symbol: ts.Symbol | undefined): void {
    const resolved = symbol && this.#resolved(symbol);
    if (!resolved || this.#seen.has(resolved) || !this.#isOwn(resolved)) return;
    if (!(resolved.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias))) return;
    this.#seen.add(resolved);
    this.#waiting.push(resolved);
  }

  #isOwn({ declarations = [] }: ts.Symbol): boolean {
    return declarations.some((each) => {
      const { fileName } = each.getSourceFile();
      return fileName.startsWith(root) && !fileName.includes('/node_modules/');
    });
  }

  #resolved(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }
}

function byName(one: ts.Symbol, other: ts.Symbol): number {
  return one.name < other.name ? -1 : 1;
}
