using Federated.Core.Jobs.Checking;
using Federated.Core.Jobs.Reading;

namespace Federated.Core.Jobs;

/// <summary>Reads job files. Never throws on what it reads, and takes time and memory bounded by the text: at most 1 MiB, 32 levels, 20,000 values.</summary>
public static class JobReader
{
    /// <summary>Reads and checks a job.</summary>
    /// <param name="yaml">The job file's text; an empty one is a job of defaults, which still needs a model.</param>
    public static JobResult Read(string yaml) => Read(yaml, []);

    /// <summary>Reads and checks a job with values put over the text.</summary>
    /// <param name="yaml">The job file's text.</param>
    /// <param name="overrides">Values as <c>path=value</c>, for example <c>federation.rounds=3</c>, <c>data.partition={kind: iid}</c> or
    /// <c>model.layers[0].dense.units=5</c> (positions count from 0); the value is YAML. A later one wins. Where a value makes options of the text
    /// meaningless, as another optimiser does with the old one's, those options fall away.</param>
    public static JobResult Read(string yaml, IReadOnlyList<string> overrides)
    {
        var errors = new JobErrors();
        var text = yaml.StartsWith('\uFEFF') ? yaml[1..] : yaml;
        var root = TreeReader.Read(text, "", errors);
        if (root is null) return new JobResult(null, errors.Ordered());   // what follows from a broken text would only mislead
        if (root is ScalarNode { IsNull: true }) root = new MappingNode(root.Line);
        if (root is MappingNode mapping) new Overrides(errors).Apply(mapping, overrides);
        var bound = new Binder(errors).Bind(root);
        if (root is MappingNode) JobRules.Check(bound);
        return errors.None ? new JobResult(bound.Spec, []) : new JobResult(null, errors.Ordered());
    }
}
