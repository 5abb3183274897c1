package tables

import corev1 "k8s.io/api/core/v1"

// volumeType is the name of the volume source that is set. A volume without
// one is an emptyDir: the API server fills that in.
func volumeType(v *corev1.Volume) string {
	s := &v.VolumeSource
	for _, t := range []struct {
		set  bool
		name string
	}{
		{s.ConfigMap != nil, "configMap"},
		{s.Secret != nil, "secret"},
		{s.EmptyDir != nil, "emptyDir"},
		{s.HostPath != nil, "hostPath"},
		{s.PersistentVolumeClaim != nil, "persistentVolumeClaim"},
		{s.Projected != nil, "projected"},
		{s.DownwardAPI != nil, "downwardAPI"},
		{s.CSI != nil, "csi"},
		{s.Ephemeral != nil, "ephemeral"},
		{s.Image != nil, "image"},
		{s.NFS != nil, "nfs"},
		{s.ISCSI != nil, "iscsi"},
		{s.Glusterfs != nil, "glusterfs"},
		{s.RBD != nil, "rbd"},
		{s.FlexVolume != nil, "flexVolume"},
		{s.Cinder != nil, "cinder"},
		{s.CephFS != nil, "cephfs"},
		{s.Flocker != nil, "flocker"},
		{s.FC != nil, "fc"},
		{s.AzureFile != nil, "azureFile"},
		{s.AzureDisk != nil, "azureDisk"},
		{s.VsphereVolume != nil, "vsphereVolume"},
		{s.Quobyte != nil, "quobyte"},
		{s.PhotonPersistentDisk != nil, "photonPersistentDisk"},
		{s.PortworxVolume != nil, "portworxVolume"},
		{s.ScaleIO != nil, "scaleIO"},
		{s.StorageOS != nil, "storageos"},
		{s.GitRepo != nil, "gitRepo"},
		{s.GCEPersistentDisk != nil, "gcePersistentDisk"},
		{s.AWSElasticBlockStore != nil, "awsElasticBlockStore"},
	} {
		if t.set {
			return t.name
		}
	}
	return "emptyDir"
}

// volumeSource is the name of what a volume is filled from.
func volumeSource(v *corev1.Volume) string {
	switch {
	case v.Secret != nil:
		return v.Secret.SecretName
	case v.ConfigMap != nil:
		return v.ConfigMap.Name
	case v.PersistentVolumeClaim != nil:
		return v.PersistentVolumeClaim.ClaimName
	case v.CSI != nil:
		return v.CSI.Driver
	case v.Image != nil:
		return v.Image.Reference
	}
	return ""
}
