package org.kgcoop.label;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.layout.KeywordImages;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.files.Folders;
import org.kgcoop.trial.ExperimentContext;

/** A session with the images of a folder and a CLIP. */
final class FolderSource implements SessionSource {
  private final LabelFolder folder;
  private final Path session;
  private final ExperimentContext context;
  private final ClassTextFeatures texts;
  private final List<LabelExample> labeled;
  private final int first;
  private final LongConsumer progress;

  /**
   * Lists a folder.
   *
   * @param session the folder of the session, which is left out
   * @param labeled class folders with labeled images; empty for none
   * @param keywords the keywords that are classes, for images that train and are left out; no names
   *     for all keywords, empty for no such images
   * @param first the number of images that are encoded before the first page
   */
  FolderSource(
      Path root,
      Path session,
      Optional<Path> labeled,
      Optional<List<String>> keywords,
      String template,
      ExperimentContext context,
      int first,
      LongConsumer progress) {
    this.session = session;
    this.context = context;
    this.first = first;
    this.progress = progress;
    Consumer<String> warnings = context.warnings();
    this.labeled = new ArrayList<>();
    Set<Path> others = new HashSet<>(List.of(session.toAbsolutePath().normalize()));
    labeled.ifPresent(path -> this.labeled.addAll(LabelFolder.examples(path, warnings)));
    keywords.ifPresent(
        names ->
            KeywordImages.given(
                    KeywordImages.labels(root, names, DataSetOptions.defaults(warnings)))
                .forEach(
                    (file, name) -> {
                      this.labeled.add(new LabelExample(file, name, Folders.relative(root, file)));
                      others.add(file);
                    }));
    labeled.ifPresent(path -> others.add(path.toAbsolutePath().normalize()));
    folder = LabelFolder.list(root, others, context.cache().hashes(), warnings);
    texts = new ClassTextFeatures(context.clip(), template);
  }

  /** Returns a text with everything about the CLIP that changes features. */
  static String identity(Clip clip) {
    return clip.fingerprint()
        + (clip.maxPatches() == 0 ? "" : " with --max-patches " + clip.maxPatches());
  }

  @Override
  public LabelFolder folder() {
    return folder;
  }

  @Override
  public Path session() {
    return session;
  }

  @Override
  public SessionHead.ClassTexts texts() {
    return texts;
  }

  @Override
  public double[] textFeature(String text) {
    return new ClassTextFeatures(context.clip(), "{}").of(List.of(text))[0];
  }

  @Override
  public double scale() {
    return context.clip().logitScale();
  }

  @Override
  public Map<String, String> contents(Collection<String> paths) {
    return folder.contents(paths, context.cache().hashes());
  }

  @Override
  public ImageReader reader(
      LabelSession session, Object lock, Consumer<Map<String, String>> contents) {
    return new FolderReader(session, lock, folder, context, first, progress, contents);
  }

  @Override
  public List<String> exampleNames() {
    return labeled.stream()
        .map(LabelExample::name)
        .filter(name -> !name.equals(Labeling.NONE))
        .distinct()
        .toList();
  }

  /** Images that are also in the folder are left out: they are asked. */
  @Override
  public Map<LabelExample, float[]> examples() {
    List<Path> files = labeled.stream().map(LabelExample::file).toList();
    Map<Path, float[]> features = new LinkedHashMap<>();
    context
        .cache()
        .each(
            FeatureRequest.ofFiles(files)
                .withUnreadable(
                    (file, reason) ->
                        context.warnings().accept(reason.getMessage() + "; left out")),
            (feature, i) -> features.put(files.get(i), feature.vector()));
    Set<Path> copies = folder.copiesOf(List.copyOf(features.keySet()), context.cache().hashes());
    Map<LabelExample, float[]> examples = new LinkedHashMap<>();
    for (LabelExample each : labeled) {
      float[] feature = features.get(each.file());
      if (feature != null && !copies.contains(each.file())) {
        examples.put(each, feature);
      }
    }
    return examples;
  }

  @Override
  public ExperimentContext context() {
    return context;
  }
}
