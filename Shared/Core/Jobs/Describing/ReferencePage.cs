using System.Globalization;
using System.Text;

namespace Federated.Core.Jobs.Describing;

/// <summary>The reference page of the job file.</summary>
internal static class ReferencePage
{
    private const string Opening = """
        # The job file

        A job says in YAML what is trained, on which data, and how. Every key but the model has a default:

        ```yaml
        name: fashion-fedavg
        model: {name: keras-cnn}
        data: {name: fashion-mnist, clients: 10, partition: {kind: dirichlet, alpha: 0.5}}
        federation:
          rounds: 20
          cohort: {fraction: 0.5, minimum: 2, deadline: 60s}
        training: {epochs: 1, batch_size: 32, optimizer: {learning_rate: 0.05, momentum: 0.9}}
        stop: {accuracy: 0.9}
        ```

        - `--set path=value` puts a value over the file: `--set federation.rounds=3`, `--set data.partition={kind: iid}`,
          `--set model.layers[0].dense.units=5` (positions count from 0). The value is YAML and replaces what stood there. Options of the file that
          have no effect beside it fall away: with `--set training.optimizer.name=adam` the file's momentum does.
        - Every error is listed at once, with its line, its path, what is allowed and what was probably meant.
        - A key that has no effect (momentum with adam) is an error, not ignored.
        - Durations have units: `250ms`, `60s`, `5m`, `1h30m`, `7d`.
        - YAML's anchors, aliases, tags and second documents are refused; a job has at most 1 MiB.
        - [job.schema.json](job.schema.json) lets an editor complete and check keys; put
          `# yaml-language-server: $schema=docs/job.schema.json` on the first line of the job.

        """;

    private const string LayersOpening = """
        ## Layers

        `model.layers` is a list, as in Keras' Sequential. An entry is a layer's name, with options where it has some; an activation can also
        stand on its own:

        ```yaml
        model:
          layers:
            - conv2d: {filters: 32, kernel: 3, activation: relu}
            - max_pool2d
            - flatten
            - dense: {units: 10}
            - softmax
        ```

        Input shapes are inferred layer by layer, [C, H, W] for images and [features] for tables. The last layer gives one value a class, or a
        single one for regression.

        """;

    /// <summary>Writes the page; it ends with a line feed.</summary>
    public static string Write()
    {
        var text = new StringBuilder(Opening).Append("\n## Keys\n\n| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n");
        foreach (var (path, field) in JobFields.All.Where(placed => placed.Field.Record is null)) Row(text, $"`{path}`", field, ConditionsAt(path));
        var union = JobFields.All.Select(placed => placed.Field.Entries).First(entries => entries is not null)!;
        text.Append('\n').Append(LayersOpening).Append("\n| layer | option | type | default | allowed | meaning |\n|---|---|---|---|---|---|\n");
        foreach (var (name, shape) in union.Entries)
        {
            if (shape.Fields.IsEmpty) text.Append(CultureInfo.InvariantCulture, $"| `{name}` | none | | | | |\n");
            foreach (var field in shape.Fields) Row(text, $"`{name}` | `{field.Key}`", field, []);
        }
        text.Append(CultureInfo.InvariantCulture, $"| {string.Join(", ", union.Bare.Select(bare => $"`{bare.Word}`"))} | none | | | | |\n");
        return text.ToString().ReplaceLineEndings("\n");
    }

    // A key has an effect only where the records around it have one.
    private static IEnumerable<AppliesWhenAttribute> ConditionsAt(string path) =>
        JobFields.All.Where(placed => placed.Path == path || path.StartsWith(placed.Path + ".", StringComparison.Ordinal))
            .SelectMany(placed => placed.Field.Conditions);

    /// <summary>Adds a key as a line of a table.</summary>
    /// <param name="text">The page.</param>
    /// <param name="head">The first cells.</param>
    /// <param name="field">The key.</param>
    /// <param name="conditions">When it has an effect.</param>
    public static void Row(StringBuilder text, string head, FieldShape field, IEnumerable<AppliesWhenAttribute> conditions)
    {
        var sentences = conditions.Select(condition => $"{(condition.Not ? "Not" : "Only")} with `{condition.Path}` {Words.List(condition.Values)}.");
        var meaning = string.Join(' ', sentences.Prepend(field.Attribute.Meaning));
        text.Append(CultureInfo.InvariantCulture, $"| {head} | {field.Noun()} | {DefaultOf(field)} | {field.Allowed()} | {meaning} |\n");
    }

    private static string DefaultOf(FieldShape field) =>
        field.Attribute.DefaultInWords ?? (field.Attribute.Required ? "required"
            : field.Default is null || field.Kind == FieldKind.List ? "none" : $"`{ValueText.Of(field.Default)}`");
}
