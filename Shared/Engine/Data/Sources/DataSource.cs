using Federated.Core.Jobs;

namespace Federated.Engine.Data.Sources;

/// <summary>One value of a job's data.name: a named data set, or a format in which users bring data of their own. Immutable, safe to use from several threads.</summary>
internal abstract class DataSource
{
    /// <summary>The value.</summary>
    public abstract string Name { get; }

    /// <summary>Whether a file or folder looks like this format, so that a path alone says how to read it. Named sets recognise nothing.</summary>
    /// <param name="path">A path that exists.</param>
    public virtual bool Recognises(string path) => false;

    /// <summary>Tells what <see cref="Load"/> reads: equal keys give equal sets, and a file that is edited changes it. Options that only concern the division among
    /// clients are not part of it.</summary>
    /// <param name="data">The job's data section.</param>
    /// <param name="folders">Where files are looked for.</param>
    /// <exception cref="EngineException">What the job names is not there.</exception>
    public abstract string Key(DataSpec data, DataFolders folders);

    /// <summary>Reads the set, whole.</summary>
    /// <param name="data">The job's data section.</param>
    /// <param name="folders">Where files are looked for.</param>
    /// <exception cref="EngineException">It is missing or broken: up to 20 errors at once, each with its file, its line and what to do.</exception>
    public abstract LoadedSet Load(DataSpec data, DataFolders folders);
}
