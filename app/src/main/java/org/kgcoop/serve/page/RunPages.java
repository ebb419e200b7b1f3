package org.kgcoop.serve.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.report.ReportPage;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.http.SecurityHeaders;
import org.kgcoop.tables.RunsBelow;
import org.kgcoop.tables.StoredRun;

/**
 * The runs below a folder as pages: what there is, and the report of each run and table, made when
 * it is asked for, and made anew where its run has gone on since. A name from a request is looked
 * up among those found and never made a path of. One page is made at a time; the last few are kept.
 */
public final class RunPages {
  /** The address of the list of runs. */
  public static final String PATH = RunOverview.PATH;

  /** The address of the report of one of them. */
  public static final String REPORT = RunOverview.REPORT;

  private static final int MOST_KEPT = 16; // of at most some 2 MB

  private final @Nullable Path root;
  private final BrowserSession session;
  private final Consumer<String> log;
  private final Map<Path, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable RunOverview overview;

  /** A page, and of what state of its folder. */
  private record Kept(String stamp, String html) {}

  /**
   * Pages of the runs below a folder.
   *
   * @param root null where there are none to be shown
   */
  public RunPages(@Nullable Path root, BrowserSession session, Consumer<String> log) {
    this.root = root;
    this.session = session;
    // Browsers ask again and again for what goes on.
    Set<String> told = ConcurrentHashMap.newKeySet();
    this.log =
        line -> {
          if (told.add(line)) {
            log.accept(line);
          }
        };
  }

  public void addTo(RoutesConfig routes) {
    routes.get(PATH, request -> html(request, overview()));
    routes.get(REPORT, this::report);
    routes.post(PATH + "/session", session::grant);
  }

  private static void html(Context request, String page) {
    request.header(SecurityHeaders.POLICY, ReportPage.contentPolicy() + "; frame-ancestors 'none'");
    request.html(page);
  }

  private RunsBelow found() {
    if (root == null) {
      throw new RefusedRequestException(
          404, "no runs are shown: the server was started without --runs");
    }
    return RunsBelow.read(root, log);
  }

  private synchronized String overview() {
    RunsBelow found = found();
    RunOverview last = overview;
    if (last == null || !last.found().equals(found)) {
      last = new RunOverview(found, log);
      overview = last;
    }
    return last.html();
  }

  private void report(Context request) {
    String run = request.queryParam("run");
    String table = request.queryParam("table");
    if ((run == null) == (table == null)) {
      throw new RefusedRequestException(400, "expected either run=NAME or table=NAME");
    }
    html(
        request,
        report(Objects.requireNonNullElse(run, ""), Objects.requireNonNullElse(table, "")));
  }

  private synchronized String report(String run, String table) {
    Path folder = folder(run, table);
    try {
      String stamp = ReportPage.stamp(folder);
      Kept known = kept.get(folder);
      if (known != null && known.stamp.equals(stamp)) {
        return known.html;
      }
      String html = ReportPage.html(folder, new ReportPage.Back(PATH, "All runs"));
      kept.put(folder, new Kept(stamp, html));
      if (kept.size() > MOST_KEPT) {
        kept.remove(kept.keySet().iterator().next());
      }
      return html;
    } catch (KgCoopException e) {
      throw unshown(folder, e.getMessage());
    } catch (RuntimeException e) { // a folder may hold whatever somebody has put there
      throw unshown(folder, e.toString());
    }
  }

  private RefusedRequestException unshown(Path folder, @Nullable String reason) {
    log.accept(folder + ": cannot be shown: " + reason);
    return new RefusedRequestException(
        409, "it cannot be shown: damaged, or gone; the server's log says more");
  }

  private Path folder(String run, String table) {
    RunsBelow found = found();
    if (found.tables().containsKey(table)) {
      return found.folder(table);
    }
    if (found.adaptations().contains(run)) {
      return found.folder(run);
    }
    return found.runs().stream()
        .filter(each -> each.name().equals(run))
        .map(StoredRun::path)
        .findFirst()
        .orElseThrow(() -> new RefusedRequestException(404, "no such run or table; see " + PATH));
  }
}
