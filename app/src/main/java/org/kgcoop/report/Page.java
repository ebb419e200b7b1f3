package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.DocumentType;
import org.jsoup.nodes.Element;
import org.kgcoop.Messages;
import org.kgcoop.files.Resources;
import org.kgcoop.files.Sha256;
import org.kgcoop.report.Section.Entry;
import org.kgcoop.runs.ProtocolKind;
import org.kgcoop.runs.TableCell;
import org.kgcoop.tables.StoredRun;

/**
 * The content of a page.
 *
 * @param summary one sentence about what was compared
 * @param folded sections that are shown after a click
 */
record Page(String title, String summary, List<Section> sections, List<Section> folded) {

  private static final List<Entry> BASE_TO_NEW =
      List.of(
          new Entry(
              "base",
              "The first half of the classes, from whose training images the methods learned. Its"
                  + " accuracy is the share of its test images that are recognized among the names"
                  + " of this half."),
          new Entry(
              "new",
              "The other half, of which no image was used for training: the share of its test"
                  + " images that are recognized among the names of that half."),
          new Entry(
              "H",
              "The harmonic mean of the averaged base and new accuracies,"
                  + " 2 · base · new / (base + new)."),
          new Entry(
              "joint",
              "Base and new classes in one list: all names compete. Joint H is the harmonic mean of"
                  + " the averaged joint base and joint new accuracies."),
          new Entry(
              "AUROC, OpenworldAUC",
              "AUROC: the share of pairs of a base image and a new image in which the base image has"
                  + " the higher score. OpenworldAUC counts only pairs in which both images are"
                  + " right among their own names; its score is the joint probability."));

  static Page of(ReportSources inputs, EmbeddedImages images) {
    List<Section> sections = new ArrayList<>();
    boolean several = inputs.tables().size() > 1;
    Palette palette = Palette.of(inputs);
    for (ProtocolResults table : inputs.tables()) {
      String name = several ? table.name() + ": " : "";
      String number = several ? "-" + (sections.size() + 1) : "";
      sections.add(new ResultsSection(table, palette).of(name, number));
    }
    Selection.Chosen chosen = Selection.closely(inputs);
    sections.add(AdaptSection.of(inputs.runs(), images));
    sections.add(RunsSection.of(inputs.runs()));
    sections.add(CurvesSection.of(Selection.trained(inputs.all()), palette));
    sections.add(new MistakesSection(images).of(chosen));
    sections.add(NearestWordsSection.of(chosen.runs()));
    sections.add(ProvenanceSection.of(inputs));
    sections.add(notes(inputs, sections));
    return new Page(title(inputs), summary(inputs), sections, List.of());
  }

  /** Returns a page about labels, with the sections of this page, about a classifier, folded. */
  Page below(LabelSummary labels, EmbeddedImages images) {
    List<Section> first = new ArrayList<>(labels.sections(images));
    Section classifier = new Section("classifier", "The classifier");
    labels.classifier().forEach(classifier::words);
    first.add(classifier);
    return new Page(labels.title(), labels.sentence(), first, sections);
  }

  /** Returns the HTML. The content security policy allows the style sheet by its digest. */
  String html() {
    String style =
        Resources.text(Page.class, "chart.css") + Resources.text(Page.class, "report.css");
    String policy =
        "default-src 'none'; img-src data:; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'"
            .formatted(Base64.getEncoder().encodeToString(Sha256.bytes(style)));
    Document document = new Document("");
    document.outputSettings().prettyPrint(false);
    document.appendChild(new DocumentType("html", "", ""));
    Element html = Section.add(document, "html", "lang", "en");
    Element head = Section.add(html, "head");
    Section.add(head, "meta", "charset", "utf-8");
    Section.add(head, "meta", "http-equiv", "Content-Security-Policy", "content", policy);
    meta(head, "viewport", "width=device-width, initial-scale=1");
    meta(head, "color-scheme", "light dark");
    meta(head, "referrer", "no-referrer");
    Section.add(head, "title").text(title);
    Section.add(head, "link", "rel", "icon", "href", "data:,");
    Section.add(head, "style").appendChild(new DataNode(style));
    Element body = Section.add(html, "body");
    Section.add(body, "a", "class", "skip", "href", "#content").text("Skip to the results");
    Element header = Section.add(body, "header");
    Section.add(header, "h1").text(title);
    Section.add(header, "p").text(summary);
    Element links = Section.add(Section.add(header, "nav", "aria-label", "Sections"), "ul");
    Element main = Section.add(body, "main", "id", "content", "tabindex", "-1");
    for (Section each : sections) {
      if (!each.isEmpty()) {
        Section.add(links, "li").appendElement("a").attr("href", "#" + each.id).text(each.heading);
        add(main, each);
      }
    }
    if (!folded.isEmpty()) {
      Element details = Section.add(main, "details", "class", "fold");
      details.appendElement("summary").text("How it was chosen, measured and made");
      folded.stream().filter(each -> !each.isEmpty()).forEach(each -> add(details, each));
    }
    return document.outerHtml() + "\n";
  }

  private static void add(Element parent, Section shown) {
    String heading = shown.id + "-heading";
    Element section = Section.add(parent, "section", "id", shown.id, "aria-labelledby", heading);
    Section.add(section, "h2", "id", heading).text(shown.heading);
    section.appendChildren(shown.content.childNodesCopy());
  }

  private static void meta(Element head, String name, String content) {
    Section.add(head, "meta", "name", name, "content", content);
  }

  private static String title(ReportSources inputs) {
    if (inputs.tables().size() == 1 && inputs.runs().isEmpty()) {
      return inputs.tables().get(0).protocol().title();
    }
    if (inputs.tables().isEmpty() && inputs.runs().size() == 1) {
      StoredRun run = inputs.runs().get(0);
      return Formats.label(run) + (run.dataSet().isEmpty() ? "" : " on " + run.dataSet());
    }
    return "Results";
  }

  private static String summary(ReportSources inputs) {
    if (inputs.tables().size() != 1 || !inputs.runs().isEmpty()) {
      List<String> parts = new ArrayList<>();
      inputs.tables().forEach(table -> parts.add(table.name()));
      if (!inputs.runs().isEmpty()) {
        parts.add(Messages.count(inputs.runs().size(), "run", "runs"));
      }
      return Formats.list(parts) + ".";
    }
    return summary(inputs.tables().get(0));
  }

  private static String summary(ProtocolResults table) {
    JsonNode settings = table.results().settings();
    List<TableCell> cells =
        Stream.concat(
                table.runs().stream().map(StoredRun::cell), table.results().pending().stream())
            .toList();
    List<String> methods = cells.stream().map(TableCell::title).distinct().toList();
    List<String> sets = cells.stream().map(cell -> cell.sample().dataSet()).distinct().toList();
    StringBuilder summary =
        new StringBuilder(methods.isEmpty() ? "Nothing" : Formats.firstOf(methods, 8));
    summary.append(methods.size() > 1 ? " compared" : " measured");
    if (sets.size() == 1) {
      summary.append(" on the data set ").append(sets.get(0));
    } else if (!sets.isEmpty()) {
      summary.append(" on %s data sets, %s".formatted(sets.size(), Formats.firstOf(sets, 6)));
    }
    List<String> with = new ArrayList<>();
    List<String> shots = Formats.values(settings.path("shots"));
    if (shots.equals(List.of("0"))) {
      with.add("all training images");
    } else if (!shots.isEmpty()) {
      String images = shots.equals(List.of("1")) ? " image" : " images";
      with.add(Formats.list(shots) + " training" + images + " per class");
    }
    List<String> seeds = Formats.values(settings.path("seeds"));
    if (!seeds.isEmpty()) {
      with.add((seeds.size() == 1 ? "seed " : "seeds ") + Formats.list(seeds));
    }
    if (!with.isEmpty()) {
      summary.append(sets.size() > 1 ? ", with " : " with ").append(String.join(" and ", with));
    }
    summary.append('.');
    int done = table.runs().size();
    int left = table.results().pending().size();
    return summary + (left == 0 ? "" : " %s of %s runs are done.".formatted(done, done + left));
  }

  /** Explains the measures that the tables have. */
  private static Section notes(ReportSources inputs, List<Section> sections) {
    List<ReportTable<?>> tables =
        sections.stream().<ReportTable<?>>flatMap(section -> section.tables.stream()).toList();
    List<Entry> notes = new ArrayList<>();
    if (inputs.tables().stream().anyMatch(table -> table.protocol() == ProtocolKind.BASE_TO_NEW)) {
      notes.addAll(BASE_TO_NEW);
    }
    add(
        notes,
        hasColumn(tables, "\\b(ECE|Brier|NLL|calibration)\\b"),
        "ECE, Brier, NLL",
        "Measures of the probabilities; lower is better. ECE: expected calibration error over 15"
            + " bins of equal width, or of equally many images (equal mass). Brier: mean squared"
            + " distance from the label, 0 to 2. NLL: mean of -log of the label's probability.");
    add(
        notes,
        hasColumn(tables, "distance"),
        "distance",
        "How far learned class features lie from hand-crafted ones: the mean over classes of the"
            + " squared distance between the two, both of unit length. 0 where they are equal, at"
            + " most 4.");
    add(
        notes,
        tables.stream()
            .flatMap(table -> table.columns.stream())
            .flatMap(column -> column.figures().stream())
            .anyMatch(figure -> !figure.deviation().isEmpty()),
        "±",
        "The standard deviation over the seeds, that of a population. A seed decides which"
            + " training images are drawn, how a method starts and in which order it sees"
            + " them; not the random views of --augment cache:V and pool:V, which all seeds share.");
    add(
        notes,
        hasColumn(tables, "ms/image"),
        "ms/image",
        "Training time for each image that was seen, in milliseconds, without what its features"
            + " took; with features: with that divided among the epochs. – where nothing is"
            + " trained.");
    Section section = new Section("notes", "Notes");
    section.entries(false, notes.toArray(Entry[]::new));
    return section;
  }

  /** Returns true if the label of a table or the title of a column matches. */
  private static boolean hasColumn(List<ReportTable<?>> tables, String pattern) {
    return tables.stream()
        .flatMap(
            table ->
                Stream.concat(
                    Stream.of(table.label), table.columns.stream().map(ReportTable.Column::title)))
        .anyMatch(Pattern.compile(pattern).asPredicate());
  }

  private static void add(List<Entry> notes, boolean occurs, String term, String text) {
    if (occurs) {
      notes.add(new Entry(term, text));
    }
  }
}
