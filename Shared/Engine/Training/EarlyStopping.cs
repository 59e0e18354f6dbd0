using Federated.Engine.Models;

namespace Federated.Engine.Training;

/// <summary>Watches a client's validation loss from epoch to epoch, and keeps the parameters of the best one. Not thread-safe.</summary>
/// <param name="patience">Epochs without a lower loss that are one too many.</param>
internal sealed class EarlyStopping(int patience)
{
    private float[] _best = [];
    private double _lowest = double.PositiveInfinity;
    private int _since;

    /// <summary>Takes in an epoch; of equal ones the first is the best.</summary>
    /// <param name="loss">Mean validation loss, finite.</param>
    /// <param name="parameters">As they are after the epoch.</param>
    /// <returns>Whether to stop.</returns>
    public bool Observe(double loss, FlatParameters parameters)
    {
        if (loss >= _lowest) return ++_since >= patience;
        (_lowest, _since) = (loss, 0);
        if (_best.Length == 0) _best = new float[parameters.Schema.Count];
        parameters.Save(_best);
        return false;
    }

    /// <summary>Puts the parameters of the best epoch back.</summary>
    public void Restore(FlatParameters parameters) => parameters.Load(_best);
}
