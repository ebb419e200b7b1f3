package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ListenOptions;
import org.kgcoop.image.Images;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Status;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.label.LabelServer;
import org.kgcoop.serve.label.ResultsWriter;

/** The page of {@code label}: its server, and the tab of the browser. */
final class LabelPage {
  private static final int MAX_BODY_BYTES = 4 << 20;
  private static final int MAX_REQUESTS = 64;

  private final Output output;
  private final Invocation invocation;
  private final ListenOptions listen;
  private final boolean opens;

  /**
   * Creates the page.
   *
   * @param opens true to open a tab of the browser
   */
  LabelPage(Output output, Invocation invocation, ListenOptions listen, boolean opens) {
    this.output = output;
    this.invocation = invocation;
    this.listen = listen;
    this.opens = opens;
  }

  /** Receives the number of images that were read. */
  interface Reading {
    void done(long done, long images);
  }

  /**
   * Serves the page until the person closes the session, or the command is interrupted.
   *
   * @param folder the folder of the session
   * @param welcome returns what the page says before the first answer, or an empty text
   * @param session opens the session; it receives the listener of the progress
   * @param exitCode returns the exit code after the person closed the session
   * @return the exit code
   */
  int run(
      ResultsWriter results,
      Path folder,
      Supplier<String> welcome,
      Function<Reading, Labeling> session,
      ToIntFunction<Labeling> exitCode) {
    ServerSettings settings =
        new ServerSettings(
            listen.host(),
            listen.port(0),
            ServerSettings.newToken(),
            new ServerSettings.Limits(
                MAX_REQUESTS,
                Duration.ofSeconds(30),
                MAX_BODY_BYTES,
                0,
                Images.DEFAULT_MAX_PIXELS));
    try (LabelServer server = new LabelServer(settings, results, output::error)) {
      String address =
          "http://%s:%s/#%s".formatted(listen.urlHost(), server.port(), settings.token());
      AtomicBoolean isAnnounced = new AtomicBoolean();
      BrowserTab tab = opens ? new BrowserTab(address) : null;
      Reading reading =
          (done, all) -> {
            server.reading(done, all);
            // Errors of the folder, the CLIP and the session come before.
            if (!isAnnounced.getAndSet(true)) {
              announce(address);
            }
            if (tab != null) {
              tab.openOnce(folder);
            }
          };
      try (Labeling labeling = session.apply(reading)) {
        Status status = labeling.status();
        output.info(
            "%s, %s labeled; %s"
                .formatted(
                    Messages.count(status.images(), "image", "images"),
                    status.labeled(),
                    labeling.session()));
        if (status.read() < status.images()) {
          output.info(
              "label while kgcoop reads the other %s images"
                  .formatted(status.images() - status.read()));
        }
        server.open(labeling, welcome.get());
        reading.done(status.read(), status.images());
        boolean interrupted = await(server);
        server.close();
        if (interrupted) {
          output.info("all answers are stored; run the command again to continue");
          return KgCoopException.Category.INTERRUPTED.exitCode();
        }
        return exitCode.applyAsInt(labeling);
      } finally {
        if (tab != null) {
          tab.close();
        }
      }
    }
  }

  private void announce(String address) {
    if (output.isJson()) {
      output.json(JsonNodeFactory.instance.objectNode().put("address", address));
    } else {
      output.print("label in the browser: " + address);
    }
    output.out().flush();
  }

  /** Waits until the person closes the session. Returns true if the command should stop earlier. */
  private boolean await(LabelServer server) {
    try {
      while (!server.isFinished()) {
        if (invocation.interrupted()) {
          return true;
        }
        Thread.sleep(50);
      }
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }
}
