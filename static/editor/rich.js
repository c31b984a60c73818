// The rich editor: ProseMirror and Tiptap as the package brings them, with just what the Markdown subset knows.

import { cleaned } from "./paste.js";

const MENDABLE = /^(?:https?:\/\/|mailto:)\S+$/i;

export async function open(engine, { element, label, html, onChange }) {
  const kit = await import(engine);

  const Chip = kit.Node.create({
    name: "chip",
    group: "inline",
    inline: true,
    atom: true,
    addAttributes: () => ({ placeholder: { default: "" }, says: { default: "" } }),
    parseHTML: () => [
      {
        tag: "span[data-placeholder]",
        priority: 100,
        getAttrs: (span) => ({ placeholder: span.dataset.placeholder, says: span.textContent }),
      },
    ],
    renderHTML: ({ node }) => [
      "span",
      { class: "chip", "data-placeholder": node.attrs.placeholder },
      node.attrs.says || node.attrs.placeholder,
    ],
    renderText: ({ node }) => node.attrs.says,
  });
  // Ctrl+Enter saves; a line break is Shift+Enter alone.
  const HardBreak = kit.HardBreak.extend({
    addKeyboardShortcuts() {
      return { "Shift-Enter": () => this.editor.commands.setHardBreak() };
    },
  });
  const align = {
    align: {
      default: "",
      parseHTML: (cell) => cell.dataset.align ?? "",
      renderHTML: ({ align: side }) => (side ? { "data-align": side } : {}),
    },
  };
  const cellOf = (cell) => cell.extend({ content: "paragraph+", addAttributes: () => ({ ...spans, ...align }) });
  const spans = { colspan: { default: 1 }, rowspan: { default: 1 }, colwidth: { default: null, rendered: false } };

  const editor = new kit.Editor({
    element,
    injectCSS: false, // the page's policy refuses style elements; the rules are in section.css
    extensions: [
      kit.Document,
      kit.Paragraph,
      kit.Text,
      kit.Bold,
      kit.BulletList,
      kit.OrderedList.extend({ addNodeView: null }).configure({ enableListAttributes: false }),
      kit.ListItem,
      HardBreak,
      kit.Link.configure({ openOnClick: false, autolink: false, defaultProtocol: "https" }),
      kit.Table.configure({ resizable: false }).extend({ addNodeView: null }),
      kit.TableRow,
      cellOf(kit.TableHeader),
      cellOf(kit.TableCell),
      kit.History,
      kit.Gapcursor,
      Chip,
    ],
    content: html,
    parseOptions: { preserveWhitespace: "full" },
    editorProps: {
      attributes: {
        id: "rich-input",
        role: "textbox",
        "aria-multiline": "true",
        "aria-labelledby": label,
        spellcheck: "false",
      },
      transformPastedHTML: cleaned,
      handleDOMEvents: {
        // Cells also come as a picture of themselves: the table is wanted.
        paste: (view, event) => {
          const data = event.clipboardData;
          if (data?.files.length && !data.getData("text/html")) event.preventDefault();
          return false;
        },
      },
    },
    onUpdate: onChange,
  });
  return new Rich(kit, editor);
}

class Rich {
  constructor(kit, editor) {
    this.kit = kit;
    this.editor = editor;
  }

  get html() {
    return this.editor.getHTML();
  }

  get state() {
    return this.editor.getJSON();
  }

  htmlOf(state) {
    return this.kit.generateHTML(state, this.editor.extensionManager.baseExtensions);
  }

  show(content) {
    this.editor.commands.setContent(content, { emitUpdate: true, parseOptions: { preserveWhitespace: "full" } });
  }

  // At once: the package's own focus command waits for the next frame, and keys typed meanwhile would go nowhere.
  focus() {
    this.editor.view.focus();
  }

  chip(placeholder, says) {
    this.focus();
    this.editor.commands.insertContent({ type: "chip", attrs: { placeholder, says } });
  }

  phrase(html) {
    const { editor } = this;
    this.focus();
    if (editor.isEmpty) {
      this.show(html);
      return editor.commands.setTextSelection(editor.state.doc.content.size);
    }
    editor.commands.insertContent(html, { parseOptions: { preserveWhitespace: "full" } });
  }

  link(url) {
    const { editor } = this;
    if (!url) return editor.chain().focus().extendMarkRange("link").unsetLink().run();
    if (!MENDABLE.test(url)) return false;
    if (editor.state.selection.empty && !editor.isActive("link")) {
      const text = { type: "text", text: url, marks: [{ type: "link", attrs: { href: url } }] };
      return editor.chain().focus().insertContent(text).run();
    }
    return editor.chain().focus().extendMarkRange("link").setLink({ href: url }).run();
  }

  get linked() {
    return this.editor.getAttributes("link").href ?? "";
  }

  // A note is a paragraph that begins with ※; the button puts the sign there, or takes it away.
  note() {
    const { editor } = this;
    this.focus();
    const { $from } = editor.state.selection;
    const start = $from.start();
    const sign = /^※\d{0,2}[\s\u3000]*/.exec($from.parent.textContent)?.[0];
    if (sign) editor.chain().deleteRange({ from: start, to: start + sign.length }).run();
    else {
      editor.view.dispatch(editor.state.tr.insertText("※", start)); // the cursor stays where it is
    }
  }

  do(verb) {
    this.focus();
    const chain = this.editor.chain().focus();
    const verbs = {
      bold: () => chain.toggleBold(),
      bullets: () => chain.toggleBulletList(),
      numbers: () => chain.toggleOrderedList(),
      table: () => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }),
      addRow: () => chain.addRowAfter(),
      deleteRow: () => chain.deleteRow(),
      addColumn: () => chain.addColumnAfter(),
      deleteColumn: () => chain.deleteColumn(),
      deleteTable: () => chain.deleteTable(),
      undo: () => chain.undo(),
      redo: () => chain.redo(),
    };
    if (verb === "note") this.note();
    else verbs[verb]?.().run();
  }

  isOn(verb) {
    const kinds = { bold: "bold", bullets: "bulletList", numbers: "orderedList", link: "link" };
    return verb in kinds && this.editor.isActive(kinds[verb]);
  }

  get inTable() {
    return this.editor.isActive("table");
  }
}
