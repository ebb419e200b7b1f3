package org.kgcoop.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.method.Method;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.train.TrainingDeclaration;

/** The keys of the published code, grouped by their translation. */
final class ReferenceKeys {
  private ReferenceKeys() {}

  /** The published trainers and their names here. */
  static final Map<String, String> TRAINERS =
      MethodRegistry.all().stream()
          .filter(method -> !method.trainer().isEmpty())
          .collect(Collectors.toMap(m -> m.trainer(), Declaration::id));

  /** Keys whose values are copied to an option. The last four are Tip-Adapter's. */
  static final Map<String, String> OPTIONS = options();

  /** Keys of training settings, and the keys of these settings. */
  static final Map<String, String> TRAINING = training();

  /** Published words, and the words here. */
  static final Map<String, String> WORDS =
      Map.of(
          "RandomSampler", "random",
          "last_step", "last",
          "best_val", "best",
          "True", "true",
          "False", "false");

  /** Keys of files that MMRL's code replaces by those of the data set. */
  static final List<String> BY_DATA_SET =
      List.of("TRAINER.MMRL.REG_WEIGHT", "TRAINER.MMRL.REP_DIM");

  /** Keys that {@link ReferenceConfig} reads individually. */
  private static final List<String> READ =
      words(
          """
          OPTIM.LR_SCHEDULER OPTIM.WARMUP_CONS_LR OPTIM.WARMUP_MIN_LR
          INPUT.TRANSFORMS INPUT.RRCROP_SCALE TRAINER.NAME
          TRAINER.COOP.N_CTX TRAINER.COOP.CTX_INIT TRAINER.COOP.CSC
          TRAINER.COOP.CLASS_TOKEN_POSITION TRAINER.COCOOP.N_CTX TRAINER.COCOOP.CTX_INIT
          TRAINER.LASP.ENABLE TRAINER.LASP.ENABLE_CORRECTION TRAINER.ADAPTER.INIT""");

  /**
   * Keys without a meaning here. The weights define size, interpolation and normalization.
   * Precision, device and workers have their own options. Protocols are commands. LASP's training
   * in the image encoder and TaskRes's enhanced base are not supported. Numbers of transforms,
   * decays, optimizers and samplers that no published method uses have no meaning without these,
   * which are rejected by name. The other keys belong to domain adaptation, semi-supervised
   * learning, or the format of logs.
   */
  private static final List<String> WITHOUT_MEANING =
      words(
          """
          VERSION RESUME USE_CUDA VERBOSE INPUT.SIZE INPUT.INTERPOLATION INPUT.PIXEL_MEAN
          INPUT.CROP_PADDING INPUT.RGS_P INPUT.CUTOUT_N INPUT.CUTOUT_LEN INPUT.RANDAUGMENT_N
          INPUT.RANDAUGMENT_M INPUT.COLORJITTER_B INPUT.COLORJITTER_C INPUT.COLORJITTER_S
          INPUT.COLORJITTER_H INPUT.GB_K INPUT.GB_P OPTIM.STEPSIZE OPTIM.GAMMA OPTIM.RMSPROP_ALPHA
          DATALOADER.TRAIN_X.N_INS
          INPUT.PIXEL_STD INPUT.NO_TRANSFORM INPUT.GN_MEAN INPUT.GN_STD
          DATASET.SOURCE_DOMAINS DATASET.TARGET_DOMAINS DATASET.NUM_LABELED DATASET.VAL_PERCENT
          DATASET.STL10_FOLD DATASET.CIFAR_C_TYPE DATASET.CIFAR_C_LEVEL
          DATASET.ALL_AS_UNLABELED DATALOADER.NUM_WORKERS DATALOADER.K_TRANSFORMS
          DATALOADER.RETURN_IMG0 DATALOADER.TRAIN_X.N_DOMAIN DATALOADER.TRAIN_U.SAME_AS_X
          DATALOADER.TRAIN_U.SAMPLER DATALOADER.TRAIN_U.BATCH_SIZE DATALOADER.TRAIN_U.N_DOMAIN
          DATALOADER.TRAIN_U.N_INS DATALOADER.TEST.SAMPLER DATALOADER.TEST.BATCH_SIZE
          MODEL.INIT_WEIGHTS MODEL.BACKBONE.PRETRAINED MODEL.HEAD.NAME
          MODEL.HEAD.HIDDEN_LAYERS MODEL.HEAD.ACTIVATION MODEL.HEAD.BN MODEL.HEAD.DROPOUT
          OPTIM.SGD_DAMPNING OPTIM.SGD_NESTEROV OPTIM.STAGED_LR OPTIM.NEW_LAYERS
          OPTIM.BASE_LR_MULT TRAIN.PRINT_FREQ TRAIN.COUNT_ITER TEST.EVALUATOR
          TEST.PER_CLASS_RESULT TEST.COMPUTE_CMAT TEST.NO_TEST TEST.SPLIT LOSS.GM LOSS.ALPHA LOSS.NAME
          TRAINER.COOP.PREC TRAINER.COCOOP.PREC TRAINER.MAPLE.PREC TRAINER.IVLP.PREC
          TRAINER.VPT.PREC TRAINER.VPT.CTX_INIT TRAINER.PROMPTSRC.PREC TRAINER.MMRL.PREC TASK
          TRAINER.LASP.PREC TRAINER.LASP.TRAIN_W TRAINER.LASP.ENABLE_IMPLICIT_OP
          TRAINER.LASP.PRETRAINED_PROMPTS_DIR TRAINER.LASP.FINETUNE_VIT_LN
          TRAINER.TaskRes.PREC TRAINER.TaskRes.N_CTX TRAINER.TaskRes.CSC TRAINER.TaskRes.CTX_INIT
          TRAINER.TaskRes.CLASS_TOKEN_POSITION TRAINER.TaskRes.ENHANCED_BASE
          TRAINER.ADAPTER.PREC TRAINER.ADAPTER.ENHANCED_BASE
          search_hp load_cache load_pre_feat""");

  /** Keys without a meaning here, because the files of the weights determine their values. */
  private static final List<String> BY_WEIGHTS =
      words(
          """
          INPUT.SIZE INPUT.INTERPOLATION INPUT.PIXEL_MEAN INPUT.PIXEL_STD INPUT.NO_TRANSFORM""");

  /** All known keys. */
  static final List<String> ALL = all();

  private static Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    List<String> pairs =
        words(
            """
            MODEL.BACKBONE.NAME clip DATASET.NAME data DATASET.ROOT root DATASET.NUM_SHOTS shots
            DATASET.SUBSAMPLE_CLASSES class-split SEED seed OUTPUT_DIR out
            dataset data root_path root backbone clip shots shots""");
    for (int i = 0; i < pairs.size(); i += 2) {
      options.put(pairs.get(i), pairs.get(i + 1));
    }
    return options;
  }

  private static Map<String, String> training() {
    Map<String, String> keys = new LinkedHashMap<>();
    for (Setting<?> setting : TrainingDeclaration.all()) {
      setting.published().forEach(key -> keys.put(key, setting.key()));
    }
    return keys;
  }

  private static List<String> all() {
    List<String> all = new ArrayList<>(OPTIONS.keySet());
    all.addAll(TRAINING.keySet());
    for (Declaration<Method> method : MethodRegistry.all()) {
      method.settings().forEach(setting -> all.addAll(setting.published()));
    }
    all.addAll(READ);
    all.addAll(WITHOUT_MEANING);
    return all;
  }

  /** Returns the reason why a key without a meaning here is ignored, for a message. */
  static String whyIgnored(String key) {
    if (key.endsWith(".PREC")) {
      return "use --precision";
    }
    if (key.equals("USE_CUDA")) {
      return "use --device";
    }
    if (key.equals("DATALOADER.NUM_WORKERS")) {
      return "use --threads";
    }
    if (BY_WEIGHTS.contains(key) || key.startsWith("MODEL.")) {
      return "the weights determine it";
    }
    if (key.startsWith("INPUT.") || key.startsWith("OPTIM.")) {
      return "the transforms, the optimizer and the schedule of this training do not use it";
    }
    if (key.startsWith("TRAINER.")) {
      return WITHOUT_MEANING.contains(key)
          ? "not supported"
          : "this method does not use it with these settings";
    }
    return "it is for other kinds of training, or for logs";
  }

  /** Returns true for a key in a section of a supported method. */
  static boolean isOfKnownTrainer(String key) {
    String section = key.substring(0, key.lastIndexOf('.') + 1);
    return ALL.stream().anyMatch(known -> known.startsWith(section));
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+"));
  }
}
