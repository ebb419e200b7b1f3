package org.kgcoop.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.method.Method;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;

/** The keys of the published code, grouped by their translation. */
final class ReferenceKeys {
  private ReferenceKeys() {}

  /** Keys whose values are copied to an option. */
  static final Map<String, String> PLAIN = plain();

  /** Keys of methods, and the corresponding settings. */
  static final Map<String, List<String>> SETTINGS = settings();

  /** Keys of files that MMRL's code replaces by those of the data set. */
  static final List<String> BY_DATA_SET =
      List.of("TRAINER.MMRL.REG_WEIGHT", "TRAINER.MMRL.REP_DIM");

  /** Keys that {@link ReferenceConfig} reads individually. */
  static final List<String> READ =
      words(
          """
          OPTIM.NAME OPTIM.WEIGHT_DECAY OPTIM.MOMENTUM OPTIM.RMSPROP_ALPHA OPTIM.ADAM_BETA1
          OPTIM.ADAM_BETA2 OPTIM.LR_SCHEDULER OPTIM.STEPSIZE OPTIM.GAMMA OPTIM.WARMUP_EPOCH OPTIM.WARMUP_TYPE
          OPTIM.WARMUP_CONS_LR OPTIM.WARMUP_MIN_LR OPTIM.WARMUP_RECOUNT
          INPUT.TRANSFORMS INPUT.CROP_PADDING INPUT.RRCROP_SCALE INPUT.RGS_P INPUT.CUTOUT_N INPUT.CUTOUT_LEN
          INPUT.RANDAUGMENT_N INPUT.RANDAUGMENT_M INPUT.COLORJITTER_B INPUT.COLORJITTER_C
          INPUT.COLORJITTER_S INPUT.COLORJITTER_H INPUT.GB_K INPUT.GB_P
          DATALOADER.TRAIN_X.SAMPLER DATALOADER.TRAIN_X.N_INS
          TRAIN.CHECKPOINT_FREQ TEST.FINAL_MODEL TRAINER.NAME
          TRAINER.COOP.N_CTX TRAINER.COOP.CTX_INIT TRAINER.COOP.CSC
          TRAINER.COOP.CLASS_TOKEN_POSITION
          TRAINER.COCOOP.N_CTX TRAINER.COCOOP.CTX_INIT
          TRAINER.PROMPTSRC.GPA_MEAN TRAINER.PROMPTSRC.GPA_STD TRAINER.LASP.ENABLE
          TRAINER.LASP.ENABLE_CORRECTION TRAINER.ADAPTER.INIT LOSS.NAME""");

  /**
   * Keys without a meaning here. The weights define size, interpolation and normalization.
   * Precision, device and workers have their own options. Protocols are commands. LASP's training
   * in the image encoder and TaskRes's enhanced base are not supported. The other keys belong to
   * domain adaptation, semi-supervised learning, or the format of logs.
   */
  static final List<String> WITHOUT_MEANING =
      words(
          """
          VERSION RESUME USE_CUDA VERBOSE INPUT.SIZE INPUT.INTERPOLATION INPUT.PIXEL_MEAN
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
          TEST.PER_CLASS_RESULT TEST.COMPUTE_CMAT TEST.NO_TEST TEST.SPLIT LOSS.GM LOSS.ALPHA
          TRAINER.COOP.PREC TRAINER.COCOOP.PREC TRAINER.MAPLE.PREC TRAINER.IVLP.PREC
          TRAINER.VPT.PREC TRAINER.VPT.CTX_INIT TRAINER.PROMPTSRC.PREC TRAINER.MMRL.PREC TASK
          TRAINER.LASP.PREC TRAINER.LASP.TRAIN_W TRAINER.LASP.ENABLE_IMPLICIT_OP
          TRAINER.LASP.PRETRAINED_PROMPTS_DIR TRAINER.LASP.FINETUNE_VIT_LN
          TRAINER.TaskRes.PREC TRAINER.TaskRes.N_CTX TRAINER.TaskRes.CSC TRAINER.TaskRes.CTX_INIT
          TRAINER.TaskRes.CLASS_TOKEN_POSITION TRAINER.TaskRes.ENHANCED_BASE
          TRAINER.ADAPTER.PREC TRAINER.ADAPTER.ENHANCED_BASE
          search_hp load_cache load_pre_feat""");

  private static Map<String, String> plain() {
    Map<String, String> plain = new LinkedHashMap<>();
    plain.put("OPTIM.LR", "lr");
    plain.put("OPTIM.MAX_EPOCH", "epochs");
    plain.put("DATALOADER.TRAIN_X.BATCH_SIZE", "batch-size");
    plain.put("MODEL.BACKBONE.NAME", "clip");
    plain.put("DATASET.NAME", "data");
    plain.put("DATASET.ROOT", "root");
    plain.put("DATASET.NUM_SHOTS", "shots");
    plain.put("DATASET.SUBSAMPLE_CLASSES", "class-split");
    plain.put("SEED", "seed");
    plain.put("OUTPUT_DIR", "out");
    plain.put("dataset", "data"); // Tip-Adapter's keys follow
    plain.put("root_path", "root");
    plain.put("backbone", "clip");
    plain.put("shots", "shots");
    plain.put("lr", "lr");
    plain.put("train_epoch", "epochs");
    return plain;
  }

  /** Returns all keys, for suggestions. */
  static List<String> all() {
    List<String> all = new ArrayList<>(PLAIN.keySet());
    all.addAll(SETTINGS.keySet());
    all.addAll(READ);
    all.addAll(WITHOUT_MEANING);
    return all;
  }

  /** Returns true for a key in a section of a supported method. */
  static boolean isOfKnownTrainer(String key) {
    String section = key.substring(0, key.lastIndexOf('.') + 1);
    return all().stream().anyMatch(known -> known.startsWith(section));
  }

  private static Map<String, List<String>> settings() {
    Map<String, List<String>> settings = new LinkedHashMap<>();
    for (Declaration<Method> method : MethodRegistry.all()) {
      for (Setting<?> setting : method.settings()) {
        for (String key : setting.published()) {
          settings
              .computeIfAbsent(key, k -> new ArrayList<>())
              .add(method.id() + "." + setting.key());
        }
      }
    }
    return settings;
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+"));
  }
}
