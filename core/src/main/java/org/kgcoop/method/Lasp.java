package org.kgcoop.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.method.setting.Declaration;
import org.kgcoop.method.setting.Declaration.Need;
import org.kgcoop.method.setting.Range;
import org.kgcoop.method.setting.Setting;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Step;
import org.kgcoop.model.Tape;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.prompt.TextModel;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.random.Seeds;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/**
 * LASP: the learned text of each class has to be told by texts of many templates, of classes that
 * are not trained too. Bulat and Tzimiropoulos, "LASP: Text-to-Text Optimization for Language-Aware
 * Soft Prompting of Vision and Language Models", CVPR 2023; code: 1adrianb/lasp, {@code
 * prompting/lasp.py}.
 *
 * <pre>{@code
 * t_c = unit(text(ctx, c) + w)                    w starts at 0
 * h_gj = unit feature of template g with name j, of all names of the data set
 * text to text = mean_gj -log softmax_i(scale t_i . h_gj)[j]
 * loss = cross entropy + weight text to text
 * }</pre>
 *
 * <p>In every second step, by chance, h has noise of deviation 0.05 in every component and is not
 * brought to unit length again. Text i is picked for template text j, as the published code has it;
 * the paper's words have it the other way round.
 *
 * <p>Difference to the published code: this is its text side alone. Its configurations train the
 * norms of the image encoder too, at a tenth of the rate, and so are its published numbers;
 * features of a frozen encoder cannot be had with that. It encodes the learned classes twice in a
 * step, here they are a part of all texts.
 *
 * @param context published: 4 vectors from "a photo of a", class name at the end, shared
 * @param templates of h, published 35
 * @param weight lambda of the text-to-text loss, published 5 or 10
 * @param virtual true to classify training images among all classes of the data set: "LASP-V"
 */
public record Lasp(ContextSettings context, List<String> templates, double weight, boolean virtual)
    implements PromptMethod {
  public static final String ID = "lasp";

  private static final Setting<Integer> CONTEXT_TOKENS =
      SharedSettings.CONTEXT_TOKENS.publishedAs("TRAINER.LASP.N_CTX");

  private static final Setting<String> WORDS =
      SharedSettings.WORDS.publishedAs("TRAINER.LASP.CTX_INIT");

  private static final Setting<List<String>> ASKED =
      Setting.texts("templates", List.of(), "", "Texts that the learned one has to be told by")
          .usually("35 published ones", values -> Lasp.TEMPLATES)
          .publishedAs("TRAINER.LASP.LASP_PROMPTS");

  private static final Setting<Double> WEIGHT =
      Setting.number("weight", 5, Range.atLeast(0), "Weight of the text-to-text loss")
          .publishedAs("TRAINER.LASP.LASP_LOSS_WEIGHT");

  private static final Setting<Boolean> VIRTUAL =
      Setting.flag(
              "virtual",
              false,
              "Classify training images among all classes of the data set: LASP-V")
          .publishedAs("DATASET.INCLUDE_ALL_CLASSES");

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Lasp.class, ID, "LASP")
          .prompts("textual")
          .trainer("LASP")
          .says(
              "The learned text of each class has to be told by texts of many templates.",
              "loss = cross entropy + weight mean_gj -log softmax_i(scale t_i . h_gj)[j]")
          .published(
              "Bulat and Tzimiropoulos, LASP: Text-to-Text Optimization for Language-Aware Soft"
                  + " Prompting of Vision and Language Models, CVPR 2023",
              "https://github.com/1adrianb/lasp")
          .needs(Need.TEXT_ENCODER)
          .setting(CONTEXT_TOKENS, lasp -> lasp.context.tokens())
          .setting(WORDS, lasp -> lasp.context.words())
          .setting(ASKED, Lasp::templates)
          .setting(WEIGHT, Lasp::weight)
          .setting(VIRTUAL, Lasp::virtual)
          .made(
              values ->
                  new Lasp(
                      ContextSettings.shared(values.get(CONTEXT_TOKENS), values.get(WORDS)),
                      values.get(ASKED),
                      values.get(WEIGHT),
                      values.get(VIRTUAL)));

  /** The templates of the published configurations; one of them stands there twice. */
  public static final List<String> TEMPLATES = Templates.published("lasp");

  public Lasp {
    templates = List.copyOf(templates);
    if (context.classSpecific() || context.position() != ClassTokenPosition.END) {
      throw KgCoopException.configuration(
          "LASP: expected a shared context with the class name at the end");
    }
    if (templates.isEmpty()) {
      throw KgCoopException.configuration("LASP: expected at least one template");
    }
    templates.forEach(Templates::check);
  }

  /** Random numbers on the features of templates. */
  @FunctionalInterface
  public interface Noise {
    double DEVIATION = 0.05;

    /**
     * The noise of a step.
     *
     * @param step from 0
     * @return for each template, from 0, a tensor (all classes, E); nothing where the step has none
     */
    Optional<IntFunction<Tensor>> of(long step);

    /** The published noise, in one of two steps, as a pure function of the seed and the step. */
    static Noise seeded(long seed, int classes, int embed) {
      return step -> {
        String text = "LASP noise, seed %s, step %s".formatted(seed, step);
        if (Seeds.generator(text).nextBoolean()) {
          return Optional.empty();
        }
        return Optional.of(
            template -> {
              long own = Seeds.generator(text + ", template " + template).nextLong();
              float[] values = new PythonRandom(own).gaussians(DEVIATION, classes * embed);
              return Tensor.of(values, classes, embed);
            });
      };
    }
  }

  @Override
  public Declaration<Method> declaration() {
    return DECLARATION;
  }

  @Override
  public Defaults defaults() {
    return new Defaults(25, 32)
        .with("lr", 0.032)
        .with("warmup", "constant:3")
        .with("clip_norm", 1.0);
  }

  @Override
  public TrainableModel model(FitContext context) {
    return model(
        context,
        Noise.seeded(
            context.task().seed(),
            context.allClassNames().size(),
            context.clip().config().embedDim()));
  }

  /** A learner with that noise, whose templates are encoded before its first step. */
  public TrainableModel model(FitContext context, Noise noise) {
    LanguageAwareModel model =
        model(
            context.clip(),
            context.classNames(),
            context.allClassNames(),
            context.task().seed(),
            noise);
    Tensor unused = model.handCrafted();
    return model;
  }

  LanguageAwareModel model(
      Clip clip, List<String> classNames, List<String> allClassNames, long seed, Noise noise) {
    return new LanguageAwareModel(clip, classNames, allClassNames, seed, noise);
  }

  /** A learner that knows no other classes, without noise. */
  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    return model(clip, classNames, classNames, seed, step -> Optional.empty());
  }

  /** The learned names, then the others: the order of the learned texts. */
  private record Names(List<String> all, List<Integer> places) {
    /**
     * Names in that order.
     *
     * @param allClassNames of the data set, in any order; {@code places} says where each of them is
     */
    static Names of(List<String> learned, List<String> allClassNames) {
      List<String> ordered = new ArrayList<>(learned);
      ClassPlaces known = ClassPlaces.of(learned, allClassNames);
      List<Integer> places = new ArrayList<>();
      for (int c = 0; c < allClassNames.size(); c++) {
        Optional<Integer> place = known.of(c);
        places.add(place.orElse(ordered.size()));
        if (place.isEmpty()) {
          ordered.add(allClassNames.get(c));
        }
      }
      return new Names(ordered, places);
    }
  }

  final class LanguageAwareModel extends TextModel {
    private final Clip clip;
    private final int classes; // C
    private final List<String> allClassNames; // A of them
    private final Noise noise;
    private final Tensor places; // (A), the place of each class among the texts
    private final Tensor correction; // w, (1, E)
    private @Nullable Tensor handCrafted; // h, (G, A, E), once it was asked for

    LanguageAwareModel(
        Clip clip, List<String> classNames, List<String> allClassNames, long seed, Noise noise) {
      this(
          clip, classNames.size(), allClassNames, Names.of(classNames, allClassNames), seed, noise);
    }

    private LanguageAwareModel(
        Clip clip, int classes, List<String> allClassNames, Names names, long seed, Noise noise) {
      super(
          clip,
          // of the learned classes, then of the others
          new TextFeatures(clip, PromptText.learned(clip, names.all(), context())),
          context(),
          classes,
          seed);
      this.clip = clip;
      this.classes = classes;
      this.allClassNames = allClassNames;
      this.noise = noise;
      try (Scope scope = Scope.open("correction")) {
        long[] targets = names.places().stream().mapToLong(Integer::longValue).toArray();
        places = Tensor.of(targets, targets.length).to(clip.device()).keep();
        correction = parameter("w", Tensor.full(0, 1, clip.config().embedDim()));
      }
    }

    @Override
    protected Tensor unit(Tensor encoded) {
      return encoded.plus(correction).unitRows();
    }

    /** Returns the vectors of the learned classes: (C, E). */
    @Override
    protected Tensor classVectors() {
      return super.classVectors().narrow(0, 0, classes);
    }

    /** The features of templates, which nobody needs who only classifies. */
    private Tensor handCrafted() {
      if (handCrafted == null) {
        try (Scope scope = Scope.open("templates")) {
          List<Tensor> each = new ArrayList<>();
          for (String template : templates) {
            each.add(TextFeatures.handCrafted(clip, allClassNames, template));
          }
          handCrafted = Tensor.stack(each, 0).keep();
        }
      }
      return handCrafted;
    }

    @Override
    public Step step(Batch batch) {
      Tape tape = new Tape();
      Tensor classFeatures = classVectors(tape); // (A, E)
      Tensor given = classFeatures.parameter();
      Tensor seen = virtual ? given : given.narrow(0, 0, classes);
      Tensor crossEntropy = Functions.crossEntropy(logits(batch.features(), seen), batch.labels());
      Tensor gradient = Autograd.gradients(crossEntropy, List.of(given), false).get(0);
      double textToText = 0;
      for (List<Tensor> ofTemplate : textToText(given, batch.step())) {
        textToText += ofTemplate.get(0).item() / templates.size();
        gradient = gradient.plus(ofTemplate.get(1).times(weight / templates.size()));
      }
      Map<String, Double> losses = new LinkedHashMap<>();
      losses.put("loss", crossEntropy.item() + weight * textToText);
      losses.put("cross_entropy", crossEntropy.item());
      losses.put("text_to_text", textToText);
      return new Step(
          losses,
          tape.gradients(
              List.of(classFeatures), List.of(gradient), List.copyOf(parameters().values())));
    }

    /**
     * The text-to-text loss of each template and its gradient by the class features. A template at
     * a time, so that memory does not grow with their number.
     */
    private List<List<Tensor>> textToText(Tensor classFeatures, long step) {
      Tensor all = handCrafted();
      Optional<IntFunction<Tensor>> added = noise.of(step);
      return Workers.map(
          templates.size(),
          g -> {
            Tensor plain = all.select(0, g); // (A, E)
            Tensor noisy = added.map(n -> plain.plus(n.apply(g).to(plain.device()))).orElse(plain);
            Tensor loss = Functions.crossEntropy(logits(noisy, classFeatures), places);
            return List.of(
                loss.detach(), Autograd.gradients(loss, List.of(classFeatures), false).get(0));
          });
    }

    @Override
    public void close() {
      super.close();
      places.close();
      if (handCrafted != null) {
        handCrafted.close();
      }
    }
  }
}
