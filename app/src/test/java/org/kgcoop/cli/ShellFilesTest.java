package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ShellFilesTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    ShellFiles.write(folder);
  }

  @Test
  @Tag("system")
  @EnabledOnOs(OS.LINUX) // bash is always available there
  void bashCompletesCommandsAndOptions() throws IOException, InterruptedException {
    assertThat(completions("kgcoop", "pred")).containsExactly("predict");
    assertThat(completions("kgcoop", "runs", "tab")).containsExactly("table");
    assertThat(completions("kgcoop", "train", "--sho")).contains("--shots");
    assertThat(completions("kgcoop", "help", "pred")).containsExactly("predict");
    assertThat(completions("kgcoop", "train", "--data", "embedded:pla"))
        .containsExactly("embedded:places");
    assertThat(completions("kgcoop", "predict", "--clip", "ViT-L"))
        .containsExactly("ViT-L/14", "ViT-L/14-DataComp", "ViT-L/14@336px");
  }

  /**
   * Returns the completions of bash. The script replaces {@code compopt}, which fails outside of a
   * completion.
   */
  private List<String> completions(String... words) throws IOException, InterruptedException {
    String script =
        ". ./kgcoop.bash; compopt() { :; }; COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1));"
            + " _complete_kgcoop; printf '%s\\n"
            + "' ${COMPREPLY[@]}";
    List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
    command.addAll(List.of(words));
    ChildProcess process =
        ChildProcess.start(
            new ProcessBuilder(command).directory(folder.toFile()),
            Files.createTempFile(folder, "bash", ".log"));
    assertThat(process.exitCode()).as(process.log()).isZero();
    return process.log().lines().toList();
  }
}
