//! `cargo xtask fuzz`: looks for inputs that break the rules, with libFuzzer.
//!
//! The targets are in `fuzz/`, a workspace of its own. They are built with the compiler that the checkout
//! pins: libFuzzer needs no nightly as long as no sanitizer is asked for, and there is no unsafe code of
//! ours for one to watch.
//!
//! Inputs that reach something new are kept in the cache between runs; those worth sharing are added to
//! `fuzz/corpus` by hand, since a test replays that folder.

use crate::shell::{path_with, run, run_quietly, say, step};
use crate::tools;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Longer inputs find nothing that shorter ones do not, and are slow.
const LONGEST_INPUT: u32 = 4096;
/// One input may take so many seconds; everything is bounded, so this is a bound that does not hold.
const PATIENCE: u32 = 10;
/// One input may make the process use so many megabytes.
const MEMORY: u32 = 2048;
/// How often progress is told.
const BREATH: Duration = Duration::from_secs(10);
/// So many lines of libFuzzer's own words are shown about a finding.
const SHOWN_LINES: usize = 30;

/// What `fuzz` was asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct Fuzz {
    /// Only this target; all without it
    target: Option<String>,
    /// How long each target runs
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Runs the target on this one input and shows what happens
    #[arg(long, value_name = "FILE", requires = "target", conflicts_with = "minimise")]
    replay: Option<PathBuf>,
    /// Makes this one input, which must be a finding, as small as possible within the time
    #[arg(long, value_name = "FILE", requires = "target")]
    minimise: Option<PathBuf>,
}

/// Builds the targets and runs them one after the other.
///
/// # Errors
/// When something cannot be installed or built, and after all targets have run when one found something.
pub(crate) fn fuzz(workspace: &Workspace, options: &Fuzz) -> Result<()> {
    let targets = targets(workspace, options.target.as_deref())?;
    tools::install_cargo_fuzz(workspace)?;
    let fuzzer = Fuzzer { workspace, programs: build(workspace)? };
    if let (Some(input), Some(target)) = (&options.replay, targets.first()) {
        return fuzzer.replay(target, input);
    }
    if let (Some(input), Some(target)) = (&options.minimise, targets.first()) {
        return fuzzer.minimise(target, input, options.seconds);
    }
    say(&format!(
        "  {} targets for {} s each, one after the other: {}",
        targets.len(),
        options.seconds,
        targets.join(", ")
    ));
    let mut findings = Vec::new();
    for target in &targets {
        if let Some(finding) = fuzzer.run(target, options.seconds)? {
            findings.push(finding);
        }
    }
    if findings.is_empty() {
        return Ok(());
    }
    bail!("{} of {} targets found something:\n{}", findings.len(), targets.len(), findings.join("\n"))
}

/// The targets by name.
fn targets(workspace: &Workspace, wanted: Option<&str>) -> Result<Vec<String>> {
    let folder = workspace.root.join("fuzz/fuzz_targets");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).context("reading fuzz/fuzz_targets")? {
        let path = entry.context("reading fuzz/fuzz_targets")?.path();
        found.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    found.sort();
    let Some(wanted) = wanted else { return Ok(found) };
    if !found.iter().any(|name| name == wanted) {
        bail!("there is no fuzz target {wanted}; there are {}", found.join(", "));
    }
    Ok(vec![wanted.to_owned()])
}

/// Builds all targets; answers the folder of their programs.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let host =
        run_quietly(Command::new("rustc").args(["--print", "host-tuple"]).current_dir(&workspace.root))?;
    // Built with flags of its own, so in a folder of its own.
    let output = workspace.cache.join("target-fuzz");
    step("the fuzz targets (a minute or two the first time)", || {
        run_quietly(
            Command::new("cargo")
                .args(["fuzz", "build", "--sanitizer", "none", "--target", host.trim(), "--target-dir"])
                .arg(&output)
                .current_dir(&workspace.root)
                .env("PATH", path_with(&[&workspace.tools().join("bin")])?),
        )
    })?;
    Ok(output.join(host.trim()).join("release"))
}

/// The built targets.
struct Fuzzer<'a> {
    workspace: &'a Workspace,
    programs: PathBuf,
}

impl Fuzzer<'_> {
    /// Runs one target; answers what it found, in words, with the commands to look at it.
    fn run(&self, target: &str, seconds: u32) -> Result<Option<String>> {
        let corpus = self.folder("corpus", target)?;
        let findings = self.folder("findings", target)?;
        let mut command = self.command(target);
        command.arg(&corpus).arg(self.workspace.root.join("fuzz/corpus").join(target));
        command.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={LONGEST_INPUT}"));
        command.arg(format!("-artifact_prefix={}/", findings.display())).arg("-print_funcs=0");
        let dictionary = self.workspace.root.join("fuzz/dictionaries").join(format!("{target}.dict"));
        if dictionary.is_file() {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        // Its panic is worth more than the way there, which `--replay` shows.
        command.env("RUST_BACKTRACE", "0");
        say(&format!("… {target}"));
        let started = Instant::now();
        let (succeeded, words) = watch(&mut command, target)?;
        let took = started.elapsed().as_secs_f32();
        if succeeded {
            let runs = words.iter().rev().find_map(|line| line.strip_prefix("Done ")?.split(' ').next());
            say(&format!("✓ {target}: nothing found in {} runs ({took:.0} s)", runs.unwrap_or("?")));
            return Ok(None);
        }
        say(&format!("✗ {target} ({took:.0} s); libFuzzer says:"));
        let is_start = |line: &String| line.contains("panicked at") || line.contains("ERROR: libFuzzer");
        let start = words.iter().position(is_start).unwrap_or(0);
        words.iter().skip(start).take(SHOWN_LINES).for_each(|line| say(&format!("    {line}")));
        Ok(Some(describe(target, &words)))
    }

    /// Runs a target on one input, with everything it says.
    fn replay(&self, target: &str, input: &Path) -> Result<()> {
        let source = self.workspace.root.join("fuzz/fuzz_targets").join(format!("{target}.rs"));
        let source = std::fs::read_to_string(source).context("reading the fuzz target")?;
        if source.contains("&[u8]") {
            let bytes = std::fs::read(input).with_context(|| format!("reading {}", input.display()))?;
            say(&String::from_utf8_lossy(&bytes));
        } else {
            // The bytes say nothing to a person; the program shows what it makes of them, and then ends.
            let shown = std::env::temp_dir().join(format!("purser-fuzz-{}", std::process::id()));
            run_quietly(self.command(target).arg(input).env("RUST_LIBFUZZER_DEBUG_PATH", &shown))?;
            say(&std::fs::read_to_string(&shown).context("reading what the input was made into")?);
            std::fs::remove_file(&shown).context("removing what the input was made into")?;
        }
        run(self.command(target).arg(input).env("RUST_BACKTRACE", "1"))
    }

    /// Makes a finding smaller; the result stands beside it.
    fn minimise(&self, target: &str, input: &Path, seconds: u32) -> Result<()> {
        let mut smallest = input.as_os_str().to_owned();
        smallest.push(".min");
        let smallest = PathBuf::from(smallest);
        let mut command = self.command(target);
        command.args(["-minimize_crash=1", &format!("-max_total_time={seconds}")]);
        command.arg(format!("-exact_artifact_path={}", smallest.display())).arg(input);
        step("making it smaller", || run_quietly(&mut command))?;
        if !smallest.is_file() {
            bail!("it got no smaller than {}", input.display());
        }
        say(&format!("  {}", smallest.display()));
        Ok(())
    }

    fn command(&self, target: &str) -> Command {
        let mut command = Command::new(self.programs.join(target));
        command.arg(format!("-timeout={PATIENCE}")).arg(format!("-rss_limit_mb={MEMORY}"));
        command
    }

    /// A folder of this target in the cache.
    fn folder(&self, what: &str, target: &str) -> Result<PathBuf> {
        let folder = self.workspace.cache.join("fuzz").join(what).join(target);
        std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(folder)
    }
}

/// Runs a fuzzer to its end and tells its progress now and then; answers whether it ended well, and its
/// words but for the ticking ones.
fn watch(command: &mut Command, target: &str) -> Result<(bool, Vec<String>)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start the fuzz target {target}"))?;
    let words = child.stderr.take().context("the fuzz target has no standard error")?;
    let mut kept = Vec::new();
    let mut told = Instant::now();
    for line in BufReader::new(words).split(b'\n') {
        let line = line.with_context(|| format!("listening to the fuzz target {target}"))?;
        let line = String::from_utf8_lossy(&line).into_owned();
        let is_tick = line.starts_with('#') && line.contains(" cov: ");
        if !is_tick {
            kept.push(line);
        } else if told.elapsed() >= BREATH {
            told = Instant::now();
            say(&format!("  {target}: {}", shorten(&line)));
        }
    }
    let status = child.wait().with_context(|| format!("waiting for the fuzz target {target}"))?;
    Ok((status.success(), kept))
}

/// `#262144  pulse  cov: 1892 ft: 7316 corp: 902/15Kb lim: 1024 exec/s: 87381 rss: 60Mb` in our words.
fn shorten(tick: &str) -> String {
    let mut words = tick.split_whitespace();
    let runs = words.next().unwrap_or_default().trim_start_matches('#');
    let words: Vec<&str> = words.collect();
    let after = |name: &str| {
        words.windows(2).find_map(|pair| (pair.first() == Some(&name)).then(|| pair.get(1).copied())?)
    };
    let [edges, inputs, speed] =
        ["cov:", "corp:", "exec/s:"].map(|name| after(name).unwrap_or("?").to_owned());
    format!("{runs} runs, {speed} a second, {edges} edges reached, {inputs} inputs kept")
}

/// A finding in a sentence, with the commands to look at it.
fn describe(target: &str, words: &[String]) -> String {
    let written = words.iter().rev().find_map(|line| line.split_once("Test unit written to "));
    match written {
        Some((_, path)) => format!(
            "{target}: {path}\n  cargo xtask fuzz {target} --replay {path}\n  cargo xtask fuzz {target} --minimise {path}"
        ),
        None => format!("{target}: it ended badly without an input; its words are above"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_told_in_our_words() {
        let tick = "#262144\tpulse  cov: 1892 ft: 7316 corp: 902/15Kb lim: 1024 exec/s: 87381 rss: 60Mb";
        assert_eq!(shorten(tick), "262144 runs, 87381 a second, 1892 edges reached, 902/15Kb inputs kept");
    }

    #[test]
    fn a_finding_comes_with_the_command_that_replays_it() {
        let words = ["artifact_prefix='/c/'; Test unit written to /c/crash-1".to_owned()];
        assert!(describe("dates", &words).contains("cargo xtask fuzz dates --replay /c/crash-1"));
        assert!(describe("dates", &[]).contains("without an input"));
    }
}
