//! The command line, one case a file in `tests/cmd`: arguments, input, and everything a user would see. The cases run in
//! a copy of `tests/cmd/news.in`; what a case leaves behind is compared with its `.out` directory.

#[test]
fn cases() {
    trycmd::TestCases::new().case("tests/cmd/*.toml").run();
}

#[test]
fn completions_and_manual_know_every_command() {
    let print = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_mukarrar")).args(arguments).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().replace('\\', "")
    };
    let (script, manual) = (print(&["completions", "bash"]), print(&["man"]));
    for command in
        ["clusters", "dedup", "pairs", "passages", "compare", "units", "normalize", "eval", "boilerplate", "serve"]
    {
        assert!(
            script.contains(&format!("mukarrar__subcmd__{command}"))
                || script.contains(&format!("mukarrar__{command}"))
        );
        assert!(manual.contains(&format!("mukarrar-{command}")), "{command}");
    }
    assert!(manual.contains("--max-record-size"));
}
