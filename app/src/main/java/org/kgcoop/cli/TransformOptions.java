package org.kgcoop.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.image.view.ViewStep;
import picocli.CommandLine.Option;

/** How the random views of training pictures are made; the defaults are Dassl.pytorch's. */
final class TransformOptions {
  private static final String PUBLISHED = "random_resized_crop,random_flip";

  @Option(
      names = "--transforms",
      paramLabel = "LIST",
      description =
          "What changes the random views: some of random_crop, random_resized_crop, random_flip,"
              + " randaugment, colorjitter, randomgrayscale, gaussian_blur, cutout, or none"
              + " (default: "
              + PUBLISHED
              + ").")
  private @Nullable String transforms;

  @Option(
      names = "--crop-padding",
      paramLabel = "PIXELS",
      defaultValue = "4",
      description =
          "Black frame of random_crop, which cuts the model's square out of a picture as it is"
              + " (default: ${DEFAULT-VALUE}).")
  private int cropPadding = 4;

  @Option(
      names = "--crop-scale",
      paramLabel = "LEAST,MOST",
      defaultValue = "0.08,1",
      description = "Areas of random_resized_crop (default: ${DEFAULT-VALUE}).")
  private String cropScale = "0.08,1";

  @Option(
      names = "--randaugment",
      paramLabel = "N,MAGNITUDE",
      defaultValue = "2,10",
      description = "Operations and their strength, 0 to 30 (default: ${DEFAULT-VALUE}).")
  private String randAugment = "2,10";

  @Option(
      names = "--colorjitter",
      paramLabel = "B,C,S,H",
      defaultValue = "0.4,0.4,0.4,0.1",
      description =
          "Ranges of brightness, contrast, saturation and hue (default: ${DEFAULT-VALUE}).")
  private String colourJitter = "0.4,0.4,0.4,0.1";

  @Option(
      names = "--randomgrayscale",
      paramLabel = "P",
      defaultValue = "0.2",
      description = "Its probability (default: ${DEFAULT-VALUE}).")
  private double grey = 0.2;

  @Option(
      names = "--gaussian-blur",
      paramLabel = "KERNEL,P",
      defaultValue = "21,0.5",
      description = "Its width in pixels and probability (default: ${DEFAULT-VALUE}).")
  private String blur = "21,0.5";

  @Option(
      names = "--cutout",
      paramLabel = "HOLES,PIXELS",
      defaultValue = "1,16",
      description = "How many squares, and their side (default: ${DEFAULT-VALUE}).")
  private String cutout = "1,16";

  boolean areGiven() {
    return transforms != null;
  }

  ViewRecipe recipe() {
    String names = Objects.requireNonNullElse(transforms, PUBLISHED);
    if (names.equals("none")) {
      return ViewRecipe.NONE;
    }
    List<ViewStep> steps = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (String name : Parse.list("--transforms", names)) {
      if (ViewStep.NAMES.contains(name)) {
        steps.add(step(name));
      } else {
        unknown.add(name);
      }
    }
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "--transforms: no transform "
              + String.join(", ", unknown)
              + "; expected some of "
              + String.join(", ", ViewStep.NAMES)
              + ", or none");
    }
    return new ViewRecipe(steps);
  }

  private ViewStep step(String name) {
    return switch (name) {
      case "random_crop" -> new ViewStep.RandomCrop(cropPadding);
      case "random_resized_crop" -> {
        double[] areas = Parse.reals("--crop-scale", cropScale, 2);
        yield new ViewStep.RandomResizedCrop(areas[0], areas[1]);
      }
      case "random_flip" -> new ViewStep.RandomFlip();
      case "randaugment" -> {
        int[] n = Parse.integers("--randaugment", randAugment, 2);
        yield new ViewStep.RandAugment(n[0], n[1]);
      }
      case "colorjitter" -> {
        double[] ranges = Parse.reals("--colorjitter", colourJitter, 4);
        yield new ViewStep.ColourJitter(ranges[0], ranges[1], ranges[2], ranges[3]);
      }
      case "randomgrayscale" -> new ViewStep.RandomGrey(grey);
      case "gaussian_blur" -> {
        double[] n = Parse.reals("--gaussian-blur", blur, 2);
        if (n[0] != Math.rint(n[0])) {
          throw KgCoopException.configuration(
              "--gaussian-blur '" + blur + "': expected a whole number of pixels first");
        }
        yield new ViewStep.GaussianBlur((int) n[0], n[1]);
      }
      case "cutout" -> {
        int[] n = Parse.integers("--cutout", cutout, 2);
        yield new ViewStep.Cutout(n[0], n[1]);
      }
      default -> throw new IllegalStateException("no options for " + name);
    };
  }
}
