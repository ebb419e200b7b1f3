package org.kgcoop.serve.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.docs.MarkdownPage;

/** Tests the systemd unit of the documents. Skipped if systemd is not installed. */
@Tag("system")
class ServiceUnitTest {
  @TempDir Path folder;

  /** The archive has one top folder, which must not be in the path of the launcher. */
  @Test
  void theLauncherOfTheUnitIsWhereTheDocumentUnpacksIt() throws IOException {
    String unit = Files.readString(Nginx.DOCUMENTS.resolve("kgcoop@.service"));
    String page = Files.readString(Nginx.DOCUMENTS.resolveSibling("run-in-production.md"));
    assertThat(Files.readString(MarkdownPage.TOP.resolve("dist/pom.xml")))
        .contains("<finalName>kgcoop-${project.version}</finalName>");
    Matcher unpacked =
        Pattern.compile("(?m)^tar xzf kgcoop-\\S+\\.tar\\.gz -C (\\S+) --strip-components=1")
            .matcher(page);
    assertThat(unpacked.find()).isTrue();
    assertThat(unit).contains("\nExecStart=" + unpacked.group(1) + "/kgcoop serve ");
    for (String path : List.of(unpacked.group(1), "/srv/kgcoop/pets-1", "/etc/kgcoop")) {
      assertThat(page).containsPattern("(?m)^install -d .*" + path + "( |$)");
    }
    assertThat(page).contains("\nln -sfn pets-1 /srv/kgcoop/pets\n");
    assertThat(unit).contains("pets=/srv/kgcoop/pets ", "LoadCredential=token:/etc/kgcoop/token");
  }

  /** The level is from 0 to 10. Without any restriction, a service has 9.6. */
  @Test
  void theServiceIsExposedLittle() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")));
    Path unit =
        Files.copy(Nginx.DOCUMENTS.resolve("kgcoop@.service"), folder.resolve("k@.service"));
    Path log = folder.resolve("log.txt");
    ProcessBuilder analysis =
        new ProcessBuilder(
                "systemd-analyze",
                "security",
                "--offline=true",
                "--no-pager",
                "--threshold=15", // 1.5
                unit.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    assertThat(ChildProcess.run(analysis)).as(Files.readString(log)).isZero();
  }
}
