using Federated.Core.Jobs.Checking;
using Federated.Core.Jobs.Describing;
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
        if (Bind(yaml, overrides, errors) is not { } bound) return new JobResult(null, errors.Ordered());
        JobRules.Check(bound);
        return errors.None ? new JobResult(bound.Spec, []) : new JobResult(null, errors.Ordered());
    }

    /// <summary>Reads a job for its data alone: a job without a model, or with one that does not fit, will do.</summary>
    /// <param name="yaml">The job file's text.</param>
    /// <param name="overrides">As for <see cref="Read(string, IReadOnlyList{string})"/>.</param>
    public static DataResult ReadData(string yaml, IReadOnlyList<string> overrides)
    {
        var errors = new JobErrors();
        if (Bind(yaml, overrides, errors) is not { } bound) return new DataResult(null, errors.Ordered());
        EffectRules.Check(bound);
        DataRules.Check(bound);
        return errors.None ? new DataResult(bound.Spec, []) : new DataResult(null, errors.Ordered());
    }

    // Null where the text itself is broken: what follows from that would only mislead.
    private static BoundJob? Bind(string yaml, IReadOnlyList<string> overrides, JobErrors errors)
    {
        var text = yaml.StartsWith('\uFEFF') ? yaml[1..] : yaml;
        var root = TreeReader.Read(text, "", errors);
        if (root is null) return null;
        if (root is ScalarNode { IsNull: true }) root = new MappingNode(root.Line);
        if (root is MappingNode mapping) new Overrides(errors).Apply(mapping, overrides);
        var binder = new Binder(errors, RecordShape.Job);
        var spec = (JobSpec)binder.Bind(root);
        return root is MappingNode ? new BoundJob(spec, binder.Written, errors) : null;
    }
}
