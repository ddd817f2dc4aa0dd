// The rules that the scripts of pages are held to; each is one that eslint recommends, or keeps the code short and plain.
export default [
  {
    files: ["levit_explore/render/report/report.js", "levit_explore/serve/live.js"],
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: "script",
      globals: Object.fromEntries(
        [
          "document", "window", "navigator", "DOMParser", "ResizeObserver", "fetch", "AbortController", "EventSource",
          "CustomEvent", "Event",
        ].map((name) => [name, "readonly"]),
      ),
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: Object.fromEntries(
      [
        "constructor-super", "for-direction", "getter-return", "no-async-promise-executor", "no-case-declarations",
        "no-class-assign", "no-compare-neg-zero", "no-cond-assign", "no-const-assign", "no-constant-binary-expression",
        "no-constant-condition", "no-control-regex", "no-debugger", "no-delete-var", "no-dupe-args",
        "no-dupe-class-members", "no-dupe-else-if", "no-dupe-keys", "no-duplicate-case", "no-empty",
        "no-empty-character-class", "no-empty-pattern", "no-empty-static-block", "no-ex-assign", "no-extra-boolean-cast",
        "no-fallthrough", "no-func-assign", "no-global-assign", "no-import-assign", "no-invalid-regexp",
        "no-irregular-whitespace", "no-loss-of-precision", "no-misleading-character-class", "no-new-native-nonconstructor",
        "no-nonoctal-decimal-escape", "no-obj-calls", "no-octal", "no-prototype-builtins", "no-redeclare",
        "no-regex-spaces", "no-self-assign", "no-setter-return", "no-shadow-restricted-names", "no-sparse-arrays",
        "no-this-before-super", "no-undef", "no-unexpected-multiline", "no-unreachable", "no-unsafe-finally",
        "no-unsafe-negation", "no-unsafe-optional-chaining", "no-unused-labels", "no-unused-private-class-members",
        "no-unused-vars", "no-useless-backreference", "no-useless-catch", "no-useless-escape", "no-with", "require-yield",
        "use-isnan", "valid-typeof",
        "eqeqeq", "no-eval", "no-implied-eval", "no-new-func", "no-script-url", "no-var", "prefer-const", "strict",
      ].map((rule) => [rule, "error"]),
    ),
  },
  {
    files: ["levit_explore/render/report/report.js"],
    rules: {
      "max-len": ["error", { code: 120 }],
      "max-lines-per-function": ["error", { max: 40 }],
    },
  },
];
