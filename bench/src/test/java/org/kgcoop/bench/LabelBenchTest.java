package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class LabelBenchTest {
  @Test
  void anUnknownScenarioIsRefusedAtOnce() {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine program = Main.commandLine(() -> false);
    program.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    assertThat(program.execute("label", "--audit", "1", "--scenarios", "plain,anywher"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("\"anywher\"", "anywhere, anywhere-exact, bursts, chosen");
    assertThat(out.toString()).isEmpty();
  }
}
